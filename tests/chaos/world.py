"""A small world for the chaos tests: a store, the platform, a roster, real processes; what members saw of it all."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from typing import Any, Final

from bot import children, embedded, reminding, wiring
from bot.ledger import LedgerStore
from bot.roster_store import RosterStore
from bot.rounds import standings
from bot.sandbox.remote import Remote
from bot.settings import Settings
from bot.store import Store, StoreUnavailable
from scheduler.reminders import Condition, Mark
from scheduler.roster import Branch, Member
from scheduler.roster_changes import compare
from scheduler.roster_files import Roster
from scheduler.ticking import Ticked
from tests.chaos import mortal
from tests.chaos.mortal import Fate
from tests.fakes import SHANGHAI

FIRST_LEAD: Final = datetime(2026, 12, 4, 9, 1, tzinfo=SHANGHAI)  # three days before the party day
BRANCHES: Final = 6
MEMBERS: Final = 30  # of each branch; all together more than a page
EVERYONE: Final = BRANCHES * MEMBERS
IN_TIME: Final = 60.0  # seconds everything must have recovered within
LOOK_EVERY: Final = 0.05
UNHARMED: Final = Fate()

Process = ForkServerProcess
_nursery = get_context("forkserver")
_nursery.set_forkserver_preload([mortal.__name__])  # imported once, forked often


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a reminder, by the phones of the members.

    Attributes:
        told: how many members saw it.
        twice: those who saw it more than once.
        untold: why the others did not see it, by the ledger: condition and reason -> how many.
    """

    told: int
    twice: tuple[str, ...] = ()
    untold: Counter[str] = field(default_factory=Counter)


class World:
    """Everything there is, on one store. `settings` say where."""

    def __init__(self, settings: Settings, platform: Remote) -> None:
        self.settings, self.platform = settings, platform
        self.store = Store(settings.redis_url)
        self.ledger = LedgerStore(self.store)
        self.members = {
            f"b{branch}": [f"o{branch}-{number:02d}" for number in range(MEMBERS)] for branch in range(BRANCHES)
        }
        self._processes: list[Process] = []
        self._servers: list[children.Process] = []

    def settle(self) -> None:
        """Import the roster."""
        branches = {branch_id: Branch(branch_id, f"{branch_id}支部") for branch_id in self.members}
        members = {openid: Member(openid, one) for one, openids in self.members.items() for openid in openids}
        roster = RosterStore(self.store)
        assert roster.write(compare({}, {}, Roster(branches, members)), roster.snapshot().version)

    def tick(self, at: datetime = FIRST_LEAD) -> Ticked:
        """What the scheduler does at that moment."""
        return reminding.clockside(self.settings, self.store).tick(at)

    def at(self, moment: datetime, step: str = "", nth: int = 1, end: signal.Signals = signal.SIGKILL) -> Fate:
        """The fate of a process that believes it is that moment now."""
        return Fate(step, nth, end, ahead=moment - wiring.clock(self.settings)())

    def start(self, role: str, fate: Fate = UNHARMED) -> Process:
        """Start a process of the product; it ends with the world at the latest."""
        process = _nursery.Process(target=mortal.run, args=(role, self.settings, fate))
        process.start()
        self._processes.append(process)
        return process

    def kill_store(self) -> None:
        """kill -9 of the server."""
        with self.store.commands() as client:
            found: Any = client.info("server")
        os.kill(int(found["process_id"]), signal.SIGKILL)
        self.until(lambda: not embedded.is_running(self.settings.data_dir))

    def start_store(self) -> None:
        """Start the server again on what it had written."""
        home = self.settings.data_dir.resolve() / "store"
        self._servers.append(embedded._start(home, embedded.socket_path(self.settings.data_dir)))
        self.until(self._store_answers)

    def empty_queue(self) -> None:
        """FLUSHDB where the queue is."""
        self.store.beside(1.0).flushdb()

    def _store_answers(self) -> bool:
        try:
            self.store.ping()
        except StoreUnavailable:
            return False
        return True

    def end(self) -> None:
        """Kill whatever is left."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.join(IN_TIME)
        children.stop(self._servers, IN_TIME)

    def until_done(self, rounds: int = 1) -> None:
        """Wait until nobody is left who is still to be told."""
        self.until(lambda: len(found := standings(self.store)) >= rounds and all(one.done for one in found))

    def until_seen(self, number: int) -> None:
        """Wait until members saw so many messages."""
        self.until(lambda: self.platform.counts()["seen"] >= number)

    def until(self, comes_true: Callable[[], bool]) -> None:
        """Wait for something that must come true within IN_TIME."""
        deadline = time.monotonic() + IN_TIME
        while not comes_true():
            assert time.monotonic() < deadline, "not recovered"
            time.sleep(LOOK_EVERY)

    def outcome(self) -> Outcome:
        """What members saw, and what the ledger says of those who did not."""
        seen = Counter(one.openid for one in self.platform.seen())
        twice = tuple(sorted(openid for openid, times in seen.items() if times > 1))
        marks = self.marks()
        everyone = [openid for openids in self.members.values() for openid in openids]
        untold = Counter(_why(marks.get(openid)) for openid in everyone if openid not in seen)
        return Outcome(len(seen), twice, untold)

    def marks(self) -> dict[str, Mark]:
        """The rows of all reminders opened, by openid; the last reminder's where there are several."""
        found: dict[str, Mark] = {}
        for branch_id, openids in self.members.items():
            for notice in self.ledger.notices(branch_id):
                found |= self.ledger.rows(notice, openids)
        return found

    def conditions(self) -> Counter[Condition]:
        """How many rows stand how."""
        return Counter(mark.condition for mark in self.marks().values())


def _why(mark: Mark | None) -> str:
    return f"{mark.condition.value} {mark.about}".strip() if mark else "nowhere"


def killed(process: Process) -> bool:
    """Whether its fate befell it; waits for that."""
    process.join(IN_TIME)
    return process.exitcode == -signal.SIGKILL


def stopped(process: Process) -> bool:
    """Whether the kernel says it stands still."""
    with open(f"/proc/{process.pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] == "T"


def wake(process: Process) -> None:
    """Let it go on."""
    assert process.pid
    os.kill(process.pid, signal.SIGCONT)
