"""Nothing in the repository is copied from the documents, and every answer is proven by them.

The documents themselves are not part of the repository. They are looked for in the folder that `ZHIBU_DOCUMENTS` names,
else beside the repository; without them these tests are skipped.
"""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from content import library
from content.coverage import sentences
from content.files import read_documents, read_lines
from content.sources import clean
from content.text import fold
from content.verify import Runs, verify
from content.wording import DATA

ROOT = Path(__file__).parents[2]
KINDS = ("*.yaml", "*.md", "*.jsonl", "*.py", "*.txt")
TITLE = re.compile("《[^》]+》")  # official titles are quoted whole, however long
CITED = 0.98  # share of each document's sentences whose line some entry cites

Documents = Mapping[str, Sequence[str]]


@pytest.fixture(scope="module")
def documents() -> Documents:
    folder = Path(os.environ.get("ZHIBU_DOCUMENTS") or ROOT.parent / "shared" / "seeds")
    if not any(folder.glob("*.txt")):
        pytest.skip(f"no documents in {folder}; ZHIBU_DOCUMENTS names their folder")
    return {name: clean(text) for name, text in read_documents(folder).items()}


@pytest.fixture(scope="module")
def texts() -> Mapping[str, str]:
    """The text files of the repository."""
    listed = subprocess.run(["git", "ls-files", "-z", *KINDS], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a clone: nobody knows which files belong to the repository")
    return {name: (ROOT / name).read_text("utf-8") for name in listed.stdout.split("\0") if (ROOT / name).is_file()}


def test_no_file_of_the_repository_holds_a_sentence_of_a_document(
    documents: Documents, texts: Mapping[str, str]
) -> None:
    runs = Runs("".join(lines) for lines in documents.values())

    copied = {name: run for name, text in texts.items() for piece in TITLE.split(text) if (run := runs.first_in(piece))}

    assert len(texts) > 50
    assert copied == {}


def test_every_answer_is_proven_by_the_lines_it_cites(documents: Documents) -> None:
    known_words = frozenset(map(fold, read_lines(DATA / "known_words.txt")))

    findings = verify(library.load(DATA), documents, known_words)

    assert [(finding.entry.id, finding.kind, finding.what) for finding in findings] == []


def test_almost_every_sentence_of_every_document_is_cited(documents: Documents) -> None:
    found = sentences(library.load(DATA), documents)

    assert {sentence.case.source.file for sentence in found} == documents.keys()
    for name in documents:
        cited = [sentence.cited for sentence in found if sentence.case.source.file == name]
        assert sum(cited) / len(cited) >= CITED, name
