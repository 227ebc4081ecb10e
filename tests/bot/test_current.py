"""What editors change is served without a restart; what they break is not."""

import threading
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import current, wiring_chat
from bot.current import Current
from bot.settings import Settings
from handlers.services import Services
from tests.content.test_library import GOOD, write
from tests.fakes import Clock

CHANGED = GOOD.replace("每月五日", "每月十六日")
QUESTION = "某事在哪天"


class Builder:
    """Builds the services as the product does, and remembers the days it was asked for."""

    def __init__(self, folder: Path) -> None:
        self.days: list[date] = []
        self._settings = Settings(content_dir=folder)

    def __call__(self, day: date) -> Services:
        self.days.append(day)
        return wiring_chat.services(self._settings, today=day)


@pytest.fixture
def build(tmp_path: Path) -> Builder:
    write(tmp_path, GOOD)
    return Builder(tmp_path)


@pytest.fixture
def served(build: Builder, tmp_path: Path, clock: Clock) -> Current:
    return Current(build, tmp_path, clock)


def says(services: Services) -> str:
    """What a question about the day of the thing finds."""
    return services.matcher.search(QUESTION).matches[0].entry.answer


def in_force(served: Current) -> Services:
    """The services in force, asked without starting the watching."""
    return served._services


def test_nothing_is_built_again_while_nothing_changes(served: Current, build: Builder, clock: Clock) -> None:
    before = in_force(served)
    clock.pass_(hours=13)

    assert [served.refresh(), served.refresh()] == [False, False]
    assert in_force(served) is before
    assert build.days == [date(2026, 11, 21)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("faq/elsewhere/thing.yaml", GOOD.replace("somewhere", "elsewhere").replace("某", "另")),
        ("featured.yaml", "[somewhere-thing-when]"),
        ("regions.txt", "武汉"),
    ],
)
def test_a_file_that_is_added_or_removed_is_noticed(
    served: Current, build: Builder, tmp_path: Path, name: str, text: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)

    path.write_text(text, encoding="utf-8")
    assert served.refresh()
    path.unlink()
    assert served.refresh()
    assert len(build.days) == 3


def test_files_of_other_kinds_are_not_looked_at(served: Current, tmp_path: Path) -> None:
    (tmp_path / "corpus.xlsx").write_text("x")
    (tmp_path / "faq" / "thing.new").write_text("x")

    assert not served.refresh()


def test_a_changed_answer_is_served_from_the_next_look_on(served: Current, tmp_path: Path) -> None:
    write(tmp_path, CHANGED)
    assert "五日" in says(in_force(served))

    assert served.refresh()

    assert "十六日" in says(in_force(served))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("faq/somewhere/thing.yaml", CHANGED.replace("2019", "去年")),
        ("faq/somewhere/thing.yaml", CHANGED[:200]),
        ("faq/elsewhere/thing.yaml", ""),
        ("families.yaml", "everywhere: 各地\nfamilies: [{id: a, name: 甲, cases: [nobody, somewhere-thing]}]"),
        ("featured.yaml", "[nobody]"),
        ("phrases.yaml", "a: '{'"),
        ("synonyms.yaml", "politeness: 1"),
        ("smalltalk.yaml", "- 1"),
    ],
)
def test_what_does_not_load_is_refused_whole_and_the_repaired_is_taken(
    served: Current, tmp_path: Path, name: str, text: str
) -> None:
    before = in_force(served)
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)

    path.write_text(text, encoding="utf-8")
    with capture_logs() as logs:
        assert [served.refresh(), served.refresh()] == [False, False]

    (refusal,) = logs
    assert (refusal["event"], refusal["log_level"]) == ("content_refused", "error")
    assert Path(name).name in refusal["problems"][0]
    assert in_force(served) is before
    assert "五日" in says(before)

    if name.startswith("faq/somewhere"):
        write(tmp_path, CHANGED)
    else:
        path.unlink()
        write(tmp_path, CHANGED)
    assert served.refresh()
    assert "十六日" in says(in_force(served))


def test_a_new_day_drops_what_is_no_longer_valid_and_brings_what_is_from_now_on(
    tmp_path: Path, build: Builder, clock: Clock
) -> None:
    text = GOOD.replace("    lines: [2, 3]", "    valid_from: 2026-11-22") + "    valid_to: 2026-11-21\n"
    write(tmp_path, text)
    served = Current(build, tmp_path, clock)
    assert [entry.id for entry in in_force(served).library.entries] == ["somewhere-thing-when"]

    clock.pass_(hours=14)
    assert served.refresh()

    assert build.days == [date(2026, 11, 21), date(2026, 11, 22)]
    assert [entry.id for entry in in_force(served).library.entries] == ["somewhere-thing-overview"]


def test_the_day_on_which_the_last_entry_ends_does_no_harm(tmp_path: Path, build: Builder, clock: Clock) -> None:
    dated = GOOD.replace("    lines: [2, 3]", "    valid_to: 2026-11-21") + "    valid_to: 2026-11-21\n"
    write(tmp_path, dated)
    served = Current(build, tmp_path, clock)

    clock.pass_(days=1)
    served.refresh()

    write(tmp_path, CHANGED)
    assert served.refresh()


def watchers() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "watch-content"}


def at_once(call: Callable[[], object], times: int) -> None:
    """Call it from several threads together."""
    threads = [threading.Thread(target=call) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_first_of_many_requests_starts_watching_and_no_other(served: Current) -> None:
    before = watchers()
    served.warm_up()
    assert watchers() == before

    at_once(served, 20)

    (watcher,) = watchers() - before
    assert watcher.daemon


def test_who_watches_serves_what_changed_without_being_asked(
    tmp_path: Path, build: Builder, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current, "LOOK_EVERY", 0.01)
    built, looked_again = threading.Event(), threading.Event()

    def build_and_tell(day: date) -> Services:
        services = build(day)
        if len(build.days) > 1:
            built.set()
        return services

    def now() -> datetime:
        if built.is_set():
            looked_again.set()
        return clock()

    served = Current(build_and_tell, tmp_path, now)
    assert "五日" in says(served())

    write(tmp_path, CHANGED)

    assert looked_again.wait(5)
    assert "十六日" in says(served())


def test_what_nobody_foresaw_is_logged_and_the_next_edit_is_served(
    tmp_path: Path, build: Builder, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current, "LOOK_EVERY", 0.01)
    broken, failed, looked_again = threading.Event(), threading.Event(), threading.Event()

    def build_unless_broken(day: date) -> Services:
        if broken.is_set():
            failed.set()
            raise IndexError("a mistake of ours")
        return build(day)

    def now() -> datetime:
        if len(build.days) > 1:
            looked_again.set()
        return clock()

    def edit(text: str) -> None:
        write(tmp_path, text, "somewhere/thing.new").replace(tmp_path / "faq" / "somewhere" / "thing.yaml")

    served = Current(build_unless_broken, tmp_path, now)
    with capture_logs() as logs:
        served()
        broken.set()
        edit(GOOD + "\n")
        assert failed.wait(5)
        broken.clear()
        edit(CHANGED)
        assert looked_again.wait(5)

    assert "十六日" in says(served())
    assert (logs[0]["event"], logs[0]["log_level"]) == ("content_not_loaded", "error")


def test_a_line_of_marks_alone_among_what_is_out_of_scope_does_no_harm(served: Current, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("……\n", encoding="utf-8")

    assert served.refresh()
    assert "五日" in says(in_force(served))
