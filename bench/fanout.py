"""A city told of its party day: the scheduler's tick, the workers, a store and a stand-in for WeChat's API, each a
process, beside a plain loop over wechatpy's client. How much of what is possible is reached, and at what cost.

    python -m bench.fanout                       # 8,000 members, a minute or two
    python -m bench.fanout --full                # 138,000 members of 5,500 branches, some minutes
    python -m bench.fanout --full --threads 64   # with twice the connections of the default

Three runs against the same stand-in: ours without latency (what the processors can do), ours at 80 ms with a tail, the
plain loop at 80 ms with as many processes and connections. CPU time is what the sending processes spent; the store's
stands beside it. Linux only (/proc). Plain HTTP: what TLS costs is not measured.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bench.roster import BRANCHES, MEMBERS, imported, openid, tables
from bot import children, embedded
from bot.calls import Calls
from bot.roster_store import RosterStore
from bot.rounds import standings
from bot.sandbox.remote import Remote, stand_in
from bot.settings import Settings
from bot.store import Store
from bot.token_store import TokenStore
from bot.tokens import Credentials, Tokens

LATENCY, TAIL = 0.08, 0.4  # mean seconds; sigma of the log-normal spread
QUOTA = 1_000_000
PACE = 20_000  # BOT_PUSH_PER_SECOND: out of the way
THREADS = int(Settings.model_fields["push_threads"].default)
PEER = 20_000  # members the plain loop tells at most
LEADS = {"3d": "2027-03-02T09:00", "0d": "2027-03-05T08:00"}  # of Friday 5 March 2027


@dataclass(frozen=True)
class Run:
    """What sending to `members` took.

    Attributes:
        seconds: from the first message that reached a member to the last.
        cpu: seconds of processor time of the sending processes.
        twice, missing: members who saw more than one message, or none.
        store: seconds of processor time of the store.
        planned: seconds of the tick's command, from its start to its end.
    """

    members: int
    seconds: float
    cpu: float
    twice: int
    missing: int
    store: float = 0.0
    planned: float = 0.0

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.members / self.seconds

    @property
    def per_core(self) -> float:
        """Messages a second of processor time."""
        return self.members / self.cpu


@dataclass(frozen=True)
class Town:
    """The processes of one measurement, ready to send."""

    environment: dict[str, str]
    platform: Remote
    store: Store
    workers: Sequence[children.Process]
    members: int

    def tell(self, lead: str) -> Run:
        """One round, from the tick to the last member."""
        before, cpu, store = self.platform.counts()["seen"], self._cpu(), self._store_cpu()
        began = time.perf_counter()
        command = [sys.executable, "-m", "bot", "remind", "tick", "--at", LEADS[lead]]
        subprocess.run(command, env=self.environment, check=True, stdout=subprocess.DEVNULL)
        planned = time.perf_counter() - began
        while not any(one.round.lead == lead and one.done for one in standings(self.store)):
            time.sleep(0.1)
        cpu, store = self._cpu() - cpu, self._store_cpu() - store
        return replace(self._told(before, self.members, cpu), store=store, planned=planned)

    def peer(self, threads: int) -> Run:
        """Some of the members told by plain loops, as many as there are workers."""
        members = min(self.members, PEER)
        before, token = self.platform.counts()["seen"], _token(self.platform.url)
        parts = [[openid(number) for number in range(n, members, len(self.workers))] for n in range(len(self.workers))]
        loops = [_loop(self.platform.url, token, threads, part) for part in parts]
        cpu = sum(json.loads(loop.communicate()[0])["cpu"] for loop in loops)
        return self._told(before, members, cpu)

    def peak(self) -> int:
        """The most memory a worker ever held, MiB."""
        return max(int(_status(worker.pid, "VmHWM")) for worker in self.workers) // 1024

    def _told(self, before: int, members: int, cpu: float) -> Run:
        """What reached members after that number of messages."""
        rows = list(self.platform.seen_after(before))
        times = Counter(row.openid for row in rows)
        seconds = max(row.at for row in rows) - min(row.at for row in rows)
        twice = sum(number > 1 for number in times.values())
        return Run(members, seconds, cpu, twice, missing=members - len(times))

    def _cpu(self) -> float:
        return sum(_cpu(worker.pid) for worker in self.workers)

    def _store_cpu(self) -> float:
        with self.store.commands() as client:
            used = client.info("cpu")
        return float(used["used_cpu_user"] + used["used_cpu_sys"])


def _loop(url: str, token: str, threads: int, openids: Sequence[str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "bench.plain_loop", url, token, str(threads)]
    loop = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert loop.stdin
    loop.stdin.write("\n".join(openids).encode())
    loop.stdin.close()
    loop.stdin = None  # or communicate() would close it again
    return loop


def _token(url: str) -> str:
    with closing(Calls(url)) as calls:
        return Tokens(calls, Credentials("wx1", "s"), lambda: datetime.now(UTC), TokenStore("wx1")).current()


def _cpu(pid: int) -> float:
    """Seconds of processor time a process used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _status(pid: int, name: str) -> str:
    """One figure of a process as the kernel gives it."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith(f"{name}:"))


@contextmanager
def town(members: int, branches: int, workers: int, threads: int) -> Iterator[Town]:
    """A roster imported, the processes running, the stand-in without latency."""
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded.running(Path(folder) / "var") as url,
        stand_in(quota=QUOTA) as platform,
    ):
        store = Store(url, timeout=60)
        imported(RosterStore(store), *tables(Path(folder), branches=branches, members=members))
        environment = {**os.environ, **_settings(url, platform.url, threads)}
        started = [children.start([sys.executable, "-m", "bot", "worker"], environment) for _ in range(workers)]
        try:
            while any(int(_status(worker.pid, "Threads")) <= threads for worker in started):
                time.sleep(0.1)
            yield Town(environment, platform, store, started, members)
        finally:
            children.stop(started, 30)


def _settings(store: str, platform: str, threads: int) -> dict[str, str]:
    return {
        "BOT_REDIS_URL": store,
        "BOT_WECHAT_API_URL": platform,
        "BOT_WECHAT_TOKEN": "benchtoken",
        "BOT_WECHAT_APP_ID": "wx0123456789abcdef",
        "BOT_WECHAT_APP_SECRET": "secret",
        "BOT_WECHAT_TEMPLATE_PARTY_DAY": "party",
        "BOT_WECHAT_TEMPLATE_LIAISON_DAY": "liaison",
        "BOT_PUSH_PER_SECOND": str(PACE),
        "BOT_PUSH_THREADS": str(threads),
    }


def report(ceiling: Run, ours: Run, peer: Run, connections: int, peak: int) -> str:
    """The figures, and what share of what is possible they are."""
    limits = {
        f"connections / latency = {connections} / {LATENCY} s": connections / LATENCY,
        f"processors, {os.cpu_count()} for everything: the run without latency": ceiling.rate,
        "pace (BOT_PUSH_PER_SECOND)": PACE,
    }
    smallest = min(limits.values())
    lines = [f"{rate:8.0f} messages/s  {name}" for name, rate in limits.items()]
    lines += [
        f"   quota: {QUOTA} a day, {ours.members} wanted",
        f"{ours.rate:8.0f} messages/s  reached: {ours.rate / smallest:.0%} of the smallest ({ours.seconds:.1f} s)",
        f"{peer.rate:8.0f} messages/s  the plain loop ({peer.members} members)",
        f"{_cost(ours)}  ours at {LATENCY} s; the store {ours.store / ours.members * 1e3:.2f} ms",
        f"{_cost(ceiling)}  ours without latency",
        f"{_cost(peer)}  the plain loop",
        f"per core {ours.per_core / peer.per_core:.1f} × the plain loop; workers hold {peak} MiB at most",
        f"planned and queued in {ours.planned:.1f} s; members told twice: {ours.twice + ceiling.twice}, "
        f"not at all: {ours.missing + ceiling.missing}",
    ]
    return "\n".join(lines)


def _cost(run: Run) -> str:
    return f"{run.cpu / run.members * 1e3:8.2f} ms of CPU a message ({run.per_core:.0f}/s a core)"


def main() -> None:
    """Run and print; exit 1 when anyone was told twice or not at all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help=f"{MEMBERS} members")
    parser.add_argument("--members", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=THREADS, help="of each worker; as many connections")
    given = parser.parse_args()
    members, threads = MEMBERS if given.full else given.members, given.threads
    branches = max(1, members * BRANCHES // MEMBERS)
    with town(members, branches, given.workers, threads) as all_:
        ceiling = all_.tell("3d")
        all_.platform.behave(latency=LATENCY, tail=TAIL)
        ours, peer = all_.tell("0d"), all_.peer(threads)
        print(report(ceiling, ours, peer, given.workers * threads, all_.peak()))
    sys.exit(1 if ours.twice + ours.missing + ceiling.twice + ceiling.missing else 0)


if __name__ == "__main__":
    main()
