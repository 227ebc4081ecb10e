"""Writes the table of the corpus into both READMEs, as `python -m bot content table` prints it.

python -m bench.corpus_table
"""

import re
import subprocess
import sys
from pathlib import Path

READMES = ("README.md", "README.zh-CN.md")
TABLE = re.compile(r"(?:\| \w+\.txt \|.*\n)+\| (\S+) \|.*\n")  # the rows of the documents and the one below them


def renewed(readme: str, table: str) -> str:
    """The README with the figures of the table; its own words for heading and total stay."""
    rows = table.splitlines()[2:]
    figures = rows[-1].split(" | ", 1)[1]
    return TABLE.sub(lambda old: "\n".join([*rows[:-1], f"| {old[1]} | {figures}"]) + "\n", readme)


def main() -> None:
    """Ask the command and write the files."""
    command = [sys.executable, "-m", "bot", "content", "table"]
    table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for path in map(Path, READMES):
        path.write_text(renewed(path.read_text("utf-8"), table), encoding="utf-8")


if __name__ == "__main__":
    main()
