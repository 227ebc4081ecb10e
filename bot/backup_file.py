"""A backup as a file: a heading, what was kept piece by piece, and a seal over all of it; JSON, a line each, packed by
gzip (`zcat` shows it). Touches no store.

Whoever may read it reads what the store holds: openids, names, questions, the installation's secret. So only its owner
may (mode 0600), and it appears whole or not at all.
"""

import errno
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

FORMAT: Final = 1  # grows when an older product could no longer read what is written
PRODUCT: Final = "zhibu"


@dataclass(frozen=True, slots=True)
class Heading:
    """The first line.

    Attributes:
        version: of the product that wrote it.
        made: aware.
    """

    version: str
    made: datetime
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Piece:
    """A key of the store with its value, or with a part of it: a large one stands in several lines.

    Attributes:
        kind: string, hash, list, set, zset or stream.
        value: text; fields by name; members; pairs of member and score; pairs of number and fields.
        until: when it lapses, milliseconds since 1970; None = never.
    """

    key: str
    kind: str
    value: Any
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What a whole backup holds."""

    heading: Heading
    keys: int


class BadBackup(Exception):
    """The file is no backup (`not_a_backup`), not whole or not as it was written (`damaged`), or of a newer format
    (`newer`). `reason` is one of these.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def write(path: Path, heading: Heading, pieces: Iterable[Piece]) -> Contents:
    """Write a backup and read it back.

    Raises:
        FileExistsError: there is a file of that name; it is left as it is.
        OSError: it cannot be written.
        and what `pieces` raises; nothing is left behind then.
    """
    if path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file) as packed:
                _write_lines(packed, heading, pieces)
            file.flush()
            os.fsync(file.fileno())
        contents = check(fresh)
        fresh.rename(path)
    finally:
        fresh.unlink(missing_ok=True)
    return contents


def check(path: Path) -> Contents:
    """Read a backup to its end; what it holds. Raises BadBackup, OSError."""
    heading, keys = None, set()
    for one in _lines(path):
        if isinstance(one, Heading):
            heading = one
        else:
            keys.add(one.key)
    if heading is None:
        raise BadBackup("not_a_backup")
    return Contents(heading, len(keys))


def read(path: Path) -> Iterator[Piece]:
    """The pieces of a backup, in the order they were written. Raises BadBackup at the latest at its end, OSError."""
    return (one for one in _lines(path) if isinstance(one, Piece))


def _write_lines(file: gzip.GzipFile, heading: Heading, pieces: Iterable[Piece]) -> None:
    seal = hashlib.sha256()

    def put(line: dict[str, Any]) -> None:
        raw = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        seal.update(raw)
        file.write(raw)

    put({"backup": PRODUCT, **asdict(heading), "made": heading.made.isoformat()})
    count = 0
    for piece in pieces:
        put(asdict(piece))
        count += 1
    put({"pieces": count, "sha256": seal.hexdigest()})


def _lines(path: Path) -> Iterator[Heading | Piece]:
    """The heading, then the pieces; the seal is checked at the end."""
    seal, count, last, begun = hashlib.sha256(), 0, None, False
    try:
        with gzip.open(path) as file:
            yield _heading(raw := file.readline())
            begun = True
            for line in file:
                seal.update(raw)
                raw, last = line, json.loads(line)
                if "sha256" not in last:
                    count += 1
                    yield Piece(**last)
    except (gzip.BadGzipFile, EOFError, zlib.error, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadBackup("damaged" if begun else "not_a_backup") from error
    if last != {"pieces": count, "sha256": seal.hexdigest()}:
        raise BadBackup("damaged")


def _heading(line: bytes) -> Heading:
    found = json.loads(line)
    if found.pop("backup") != PRODUCT:
        raise BadBackup("not_a_backup")
    if found["format"] > FORMAT:
        raise BadBackup("newer")
    return Heading(found["version"], datetime.fromisoformat(found["made"]), found["format"])
