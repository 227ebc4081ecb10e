"""Write the vectors of the corpus that come with the product, so that nobody's first start has to encode it: part of
`make train`.
"""

import sys
import tempfile
from pathlib import Path

from bot import encoders, wiring_chat
from bot.settings import Settings
from content import language, library, wording
from content.matching.meaning import FOLDER

NAME = "use"  # the encoder used when nothing is set


def main() -> None:
    """Encode the whole corpus and write it (some minutes)."""
    if not encoders.installed(NAME):
        sys.exit(f"{NAME} is not installed")
    settings = Settings()
    with tempfile.TemporaryDirectory() as folder:
        corpus = library.load(settings.content_dir)
        spoken = language.of(wording.DATA)
        wiring_chat.matcher(corpus, spoken, encoders.make(NAME, Path(folder), shipped=False))
        (kept,) = Path(folder).glob("vectors-*.sqlite3")
        written = (FOLDER / kept.name).with_suffix(".npz")
        count = encoders.write(kept, written)
    print(f"{written.name}: {count} vectors, {written.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
