"""Backup and restore of the store. What a restore promises about reminders: nobody who was told as far as the backup
knows is told again, and nothing at all goes out until an operator has said what is to become of the rest.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from bot import __version__, backup_file, keyspace, recounting
from bot.backup_file import Contents, Heading, Piece
from bot.brake import BRAKE, RESTORED, RESTORING, Brake
from bot.heartbeats import ROLES, Heartbeats
from bot.store import Store
from bot.store_clock import StoreClock

LAST: Final = "bot:backup"  # when the last one was made
AT_ONCE: Final = 50  # pieces in one round trip


class Running(Exception):
    """Processes are at work on the store: `roles`."""

    def __init__(self, roles: Sequence[str]) -> None:
        self.roles = roles
        super().__init__(", ".join(roles))


class NotEmpty(Exception):
    """The store holds something: `keys` of ours."""

    def __init__(self, keys: int) -> None:
        self.keys = keys
        super().__init__(str(keys))


def save(store: Store, path: Path, now: datetime) -> Contents:
    """Write a backup of the store into a new file, in a folder that is made if need be. The processes may go on.

    Args:
        now: aware.

    Raises:
        StoreUnavailable: nothing is left behind.
        OSError: it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    contents = backup_file.write(path, Heading(__version__, now), keyspace.pieces(store))
    with store.commands() as client:
        client.set(LAST, now.isoformat())
    return contents


def last(store: Store) -> datetime | None:
    """When the last backup was made; None = never, as far as the store knows. Raises StoreUnavailable."""
    with store.commands() as client:
        found: Any = client.get(LAST)
    return datetime.fromisoformat(found) if found else None


def restore(
    store: Store, path: Path, now: Callable[[], datetime], *, replace: bool = False, anyway: bool = False
) -> Contents:
    """Put a backup into the store; keys that have lapsed since are left out. Reminders are paused from before the first
    write on, and stay so.

    Args:
        now: the clock, aware.
        replace: remove what the store holds of ours; without it the store must be empty.
        anyway: although processes are at work on the store.

    Raises:
        BadBackup: nothing was changed; nor by Running, NotEmpty and OSError.
        StoreUnavailable: what was begun is to be done again, with `replace`; until then reminders are paused.
    """
    contents = backup_file.check(path)
    if not anyway and (roles := running(store)):
        raise Running(roles)
    held = sum(map(len, keyspace.keys(store)))
    if held and not replace:
        raise NotEmpty(held)
    brake = Brake(store, now)
    brake.pause(RESTORING)
    keyspace.clear(store, besides=BRAKE)
    moment = keyspace.milliseconds(store)
    for some in _batches(backup_file.read(path)):
        keyspace.put(store, some, moment)
    recounting.recount(store)
    brake.pause(RESTORED, detail=f"{contents.heading.made:%Y-%m-%d %H:%M}")
    brake.lift(RESTORING)
    return contents


def running(store: Store) -> list[str]:
    """The roles of the processes at work on the store, by their signs of life. Raises StoreUnavailable."""
    now = StoreClock(store)()
    return [role for role in ROLES if Heartbeats(store).alive(role, now)]


def _batches(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    left = iter(pieces)
    while some := list(islice(left, AT_ONCE)):
        yield some
