"""A city's roster (5,500 branches, 138,000 members) imported into a fresh store: first, again unchanged, one branch
moved. Prints seconds of processor time and of waiting.

    python -m bench.roster
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot import embedded
from bot.roster_store import RosterStore
from bot.store import Store
from scheduler import roster_files
from scheduler.roster import Role
from scheduler.roster_changes import compare

BRANCHES = 5_500
MEMBERS = 138_000
ROLES = {"党员": Role.MEMBER, "书记": Role.SECRETARY}


def tables(folder: Path, moved: int = 0, *, branches: int = BRANCHES, members: int = MEMBERS) -> tuple[Path, Path]:
    """The two files; the first `moved` members sit in the next branch."""
    files = folder / "branches.csv", folder / "members.csv"
    rows = [f"hs-{number:04d},第{number}党支部,某镇党委,每月5日,15:00,党群服务中心" for number in range(branches)]
    files[0].write_text("branch_id,name,parent,party_day,party_time,place\n" + "\n".join(rows), encoding="utf-8")
    rows = [
        f"{openid(number)},hs-{(number + (number < moved)) % branches:04d},党员{';书记' if number < branches else ''}"
        for number in range(members)
    ]
    files[1].write_text("openid,branch_id,roles\n" + "\n".join(rows), encoding="utf-8")
    return files


def openid(number: int) -> str:
    """One of the invented members."""
    return f"o{number:027d}"


def timed(name: str, work: Callable[[], object]) -> None:
    """Run it and print how long it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    print(f"{name:24} {time.perf_counter() - wall:6.2f} s waited {time.process_time() - cpu:6.2f} s CPU   {result}")


def imported(keeper: RosterStore, branches: Path, members: Path) -> str:
    """Import the files, and say how much that changed."""
    files = [(path, path.read_bytes()) for path in (branches, members)]
    wanted = roster_files.read(files[0], files[1], ROLES)
    now = keeper.snapshot()
    changes = compare(now.branches, now.members, wanted, keeper.unbound(wanted.members))
    assert keeper.write(changes, now.version)
    return f"{len(changes.branches)} branches, {len(changes.members)} members changed"


def main() -> None:
    """Three imports into an embedded store in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder, embedded.running(Path(folder) / "var") as url:
        keeper = RosterStore(Store(url, timeout=60))
        first = tables(Path(folder))
        timed("first import", lambda: imported(keeper, *first))
        timed("the same again", lambda: imported(keeper, *first))
        moved = tables(Path(folder), moved=25)
        timed("25 members moved", lambda: imported(keeper, *moved))


if __name__ == "__main__":
    main()
