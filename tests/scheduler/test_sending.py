"""The courier on a real ledger: who is told, how each ending of a message ends a row, when a page stops."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

import pytest

from bot.ledger import LedgerStore
from bot.ledger_calls import LEASE, YOUNG
from bot.store import Store
from scheduler.agenda import Meeting
from scheduler.delivery import Halt, Later, Push, Refused, Result, Sent, Stop, Unclear
from scheduler.reminders import (
    CHANGED,
    EXPIRED,
    LEFT,
    MOVED,
    OPT_OUT,
    UNMARKED,
    Condition,
    Mark,
    Notice,
    Opening,
    Reminder,
)
from scheduler.roster import Role
from scheduler.sending import BATCH, CLAIM_FOR, PAGE_FOR, Courier
from scheduler.sweeping import IDLE, Sweeper, pages
from tests.bot.test_ledger import APPOINTMENT, BEGINS, MEETING, NOTICE, NOW
from tests.fakes import Clock, Register
from tests.scheduler.test_agenda import ACTIVITIES

_ids = count(1)


@dataclass
class Phone:
    """A sender that answers what it is told to, and remembers what reached members.

    Attributes:
        refused: what pushes of some activities are always answered.
    """

    clock: Clock
    answers: list[Result] = field(default_factory=list)
    seen: list[Push] = field(default_factory=list)
    refused: Mapping[str, Result] = field(default_factory=dict)
    takes: timedelta = timedelta(0)
    on_send: Callable[[Push], None] = lambda _push: None

    def send(self, push: Push) -> Result:
        self.on_send(push)
        self.clock.now += self.takes
        answer = self.answers.pop(0) if self.answers else self.refused.get(push.activity_id) or Sent(str(next(_ids)))
        if isinstance(answer, Sent) and not any((one.key, one.openid) == (push.key, push.openid) for one in self.seen):
            self.seen.append(push)
        return answer

    @property
    def told(self) -> list[str]:
        return sorted(push.openid for push in self.seen)


@dataclass
class Post:
    """A branch with members, its reminder open, a courier and a clock."""

    store: Store
    roster: Register = field(default_factory=Register)
    clock: Clock = field(default_factory=lambda: Clock(NOW))
    stop: bool = False
    slept: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ledger = LedgerStore(self.store, self.slept.append)
        self.phone = Phone(self.clock)

    def open(self, *openids: str, notice: Notice = NOTICE) -> None:
        self.roster.add(notice.reminder.meeting.branch_id, *openids, place="村部")
        self.ledger.open([Opening(notice, dict.fromkeys(openids, ""))], self.clock.now)

    def courier(self) -> Courier:
        branches = {branch.id: branch for branch in self.roster.branches_}
        return Courier(
            self.ledger,
            self.roster,
            self.phone,
            lambda: ACTIVITIES,
            branches.get,
            self.versions,
            lambda _openids, _now: {},
            self.clock,
            self.slept.append,
            lambda: self.stop,
        )

    def versions(self, meetings: Sequence[Meeting]) -> dict[Meeting, int]:
        changes = {(b, d): change.version for (_, b, d), change in self.roster.changes_.items()}
        return {one: changes.get((one.branch_id, one.rule_date), 0) for one in meetings}

    def deliver(self, notice: Notice = NOTICE) -> list[str]:
        return self.courier().deliver([notice.reminder.key])

    def marks(self, *openids: str, notice: Notice = NOTICE) -> list[Mark]:
        rows = self.ledger.rows(notice, openids)
        return [rows[openid] for openid in openids]


@pytest.fixture
def post(store: Store) -> Post:
    return Post(store)


def test_everyone_is_told_in_the_words_of_the_day_and_never_again(post: Post) -> None:
    everyone = [f"o{number:02d}" for number in range(2 * BATCH + 3)]
    post.open(*everyone)

    assert post.deliver() == []
    assert post.deliver() == []

    assert post.phone.told == everyone
    first = post.phone.seen[0]
    assert "3天后" in first.text
    assert "村部" in first.text
    assert first.fields["time2"] == "2026年12月7日 15:00"
    assert (first.activity_id, len(first.key)) == ("party_day", 32)
    assert len({push.key for push in post.phone.seen}) == len(everyone)
    assert {mark.condition for mark in post.marks(*everyone)} == {Condition.SENT}


def test_a_correction_says_what_was(post: Post) -> None:
    notice = replace(NOTICE, reminder=Reminder(MEETING, MOVED, "1@202612101500"), was=BEGINS - timedelta(days=3))
    post.open("o1", notice=notice)

    post.deliver(notice)

    assert "原定12月4日" in post.phone.seen[0].text


@pytest.mark.parametrize(
    ("answer", "mark", "again"),
    [
        (Sent("77"), Mark(Condition.SENT, "77"), False),
        (Refused("unfollowed"), Mark(Condition.FAILED, "unfollowed"), False),
        (Refused("refused", certain=False), Mark(Condition.DUE, "refused"), False),
        (Later("busy", 7.0), Mark(Condition.DUE, "busy"), True),
        (Stop("quota", Halt.UNTIL_MIDNIGHT), Mark(Condition.DUE, "quota"), False),
        (Unclear("no_answer"), Mark(Condition.CLAIMED), False),
    ],
)
def test_how_a_message_ends_is_written_down(post: Post, answer: Result, mark: Mark, again: bool) -> None:
    post.open("o1")
    post.phone.answers = [answer]

    assert bool(post.deliver()) is again
    assert post.marks("o1") == [mark]


@pytest.mark.parametrize(
    ("second", "mark"),
    [
        (Refused("refused", certain=False), Mark(Condition.FAILED, "refused")),
        (Sent("77"), Mark(Condition.SENT, "77")),
    ],
)
def test_a_refusal_that_may_be_a_mistake_is_asked_about_once_more_by_the_sweeper(
    post: Post, second: Result, mark: Mark
) -> None:
    post.open("o1", "o2")
    post.phone.answers = [Refused("refused", certain=False), Sent("1"), second]

    assert post.deliver() == [], "not at once"
    post.clock.pass_(seconds=IDLE.total_seconds())
    (stale,) = post.ledger.stale(post.clock.now, IDLE)
    post.deliver(stale)
    post.deliver(stale)

    assert post.marks("o1", "o2") == [mark, Mark(Condition.SENT, "1")]
    assert post.phone.answers == [], "asked twice, not more"


def test_a_refusal_after_an_attempt_without_an_answer_is_taken_as_it_is(post: Post) -> None:
    post.open("o1")
    post.phone.answers = [Unclear("no_answer"), Refused("refused", certain=False)]
    post.deliver()
    post.clock.pass_(seconds=LEASE.total_seconds())
    post.deliver()

    assert post.marks("o1") == [Mark(Condition.FAILED, "refused")]


def test_a_busy_platform_is_waited_for_and_the_others_are_told(post: Post) -> None:
    post.open("o1", "o2", "o3")
    post.phone.answers = [Sent("1"), Later("busy", 7.0)]

    assert post.deliver() == [NOTICE.reminder.key]
    assert post.slept == [7.0]
    assert post.deliver() == []
    assert post.phone.told == ["o1", "o2", "o3"]


def test_a_platform_that_does_not_answer_is_left_alone_after_three(post: Post) -> None:
    post.open(*[f"o{number}" for number in range(8)])
    post.phone.answers = [Unclear("no_answer")] * 8

    assert post.deliver() == []
    assert len(post.phone.answers) == 5
    assert post.ledger.rows(NOTICE, ["o7"]) == {"o7": Mark(Condition.DUE)}


def test_a_stop_ends_the_page_and_gives_back_what_was_claimed(post: Post) -> None:
    post.open("o1", "o2", "o3")
    post.phone.answers = [Stop("app_secret", Halt.UNTIL_TOLD)]

    post.deliver()

    assert post.phone.told == []
    assert post.marks("o1", "o3") == [Mark(Condition.DUE, "app_secret"), Mark(Condition.DUE)]


def test_an_activity_that_is_stopped_keeps_nobody_from_hearing_of_the_other(post: Post) -> None:
    for number in range(60):
        meeting = replace(MEETING, branch_id=f"b{number}")
        everyone = [f"o{number}-{member}" for member in range(4)]
        post.open(*everyone, notice=replace(NOTICE, reminder=Reminder(meeting, "3d")))
        members = post.roster.members_[meeting.branch_id]
        post.roster.members_[meeting.branch_id] = [replace(one, roles=frozenset(Role)) for one in members]
        liaison = replace(meeting, activity_id="liaison_day")
        post.ledger.open(
            [Opening(replace(NOTICE, reminder=Reminder(liaison, "3d")), {everyone[0]: ""})], post.clock.now
        )
    post.phone.refused = {"liaison_day": Stop("template_gone", Halt.UNTIL_TOLD)}

    def work_off() -> None:
        post.clock.pass_(seconds=IDLE.total_seconds())
        shelf = Shelf()
        Sweeper(post.ledger, shelf).sweep(post.clock.now)
        for page in shelf.pages:
            assert post.courier().deliver(page) == []

    work_off()
    assert Counter((push.activity_id, push.openid) for push in post.phone.seen) == Counter(
        ("party_day", f"o{number}-{member}") for number in range(60) for member in range(4)
    )

    post.phone.refused = {}
    work_off()
    assert Counter(push.activity_id for push in post.phone.seen) == {"party_day": 240, "liaison_day": 60}


def test_what_got_no_answer_is_tried_again_with_the_same_key_and_given_up_in_time(post: Post) -> None:
    post.open("o1")
    keys: list[str] = []
    post.phone.on_send = lambda push: keys.append(push.key)
    post.phone.answers = [Unclear("no_answer")] * 3

    post.deliver()
    post.deliver()
    post.clock.now += LEASE
    post.deliver()
    assert len(keys) == 2
    assert len(set(keys)) == 1

    post.clock.now = NOW + YOUNG
    post.deliver()
    post.ledger.sweep([NOTICE], post.clock.now + IDLE, IDLE)
    assert len(keys) == 2
    assert post.marks("o1") == [Mark(Condition.UNKNOWN, UNMARKED)]


def test_an_accident_in_the_sender_leaves_its_member_claimed_and_the_others_due(post: Post) -> None:
    post.open("o1", "o2", "o3")

    def crash(push: Push) -> None:
        if push.openid == "o2":
            raise RuntimeError("cable cut")

    post.phone.on_send = crash
    with pytest.raises(RuntimeError):
        post.deliver()

    conditions = [mark.condition for mark in post.marks("o1", "o2", "o3")]
    assert conditions == [Condition.SENT, Condition.CLAIMED, Condition.DUE]


def test_who_opted_out_or_left_meanwhile_is_not_told(post: Post) -> None:
    post.open("o1", "o2", "o3")
    stay, mute, _ = post.roster.members_["b:1"]
    post.roster.members_["b:1"] = [stay, replace(mute, muted=frozenset({"party_day"}))]

    post.deliver()

    assert post.phone.told == ["o1"]
    skipped = [
        Mark(Condition.SENT, post.marks("o1")[0].about),
        Mark(Condition.SKIPPED, OPT_OUT),
        Mark(Condition.SKIPPED, LEFT),
    ]
    assert post.marks("o1", "o2", "o3") == skipped


def test_a_meeting_changed_a_moment_ago_is_not_told_any_more(post: Post) -> None:
    post.open("o1")
    post.roster.change(MEETING, cancelled=True)

    post.deliver()

    assert post.phone.told == []
    assert post.marks("o1") == [Mark(Condition.SKIPPED, CHANGED)]


def test_nobody_is_told_in_the_quiet_hours_or_after_the_meeting(post: Post) -> None:
    post.open("o1")
    post.clock.now = NOW.replace(hour=22)
    assert post.deliver() == []
    assert post.marks("o1") == [Mark(Condition.DUE)]

    post.clock.now = BEGINS
    post.deliver()
    assert post.marks("o1") == [Mark(Condition.SKIPPED, EXPIRED)]
    assert post.phone.told == []


def test_a_reminder_opened_for_another_time_is_sent_now_as_at_that_time(post: Post) -> None:
    post.clock.now = NOW - timedelta(days=300)
    notice = replace(NOTICE, ahead=timedelta(days=300))
    post.open("o1", notice=notice)

    post.deliver(notice)

    assert post.phone.told == ["o1"]
    assert "3天后" in post.phone.seen[0].text


def test_a_page_that_takes_too_long_is_queued_anew(post: Post) -> None:
    everyone = [f"o{number:02d}" for number in range(40)]
    post.open(*everyone)
    post.phone.takes = timedelta(seconds=1)

    assert post.deliver() == [NOTICE.reminder.key]
    assert len(post.phone.told) * post.phone.takes <= PAGE_FOR + CLAIM_FOR
    while post.deliver():
        pass
    assert post.phone.told == everyone


def test_a_worker_asked_to_stop_sends_no_further_message_and_loses_nobody(post: Post) -> None:
    post.open("o1", "o2", "o3")

    def ask(_push: Push) -> None:
        post.stop = True

    post.phone.on_send = ask
    assert post.deliver() == [NOTICE.reminder.key]
    post.stop = False
    post.phone.on_send = lambda _push: None
    post.deliver()

    assert post.phone.told == ["o1", "o2", "o3"]


def test_two_workers_on_one_page_tell_everyone_once(post: Post) -> None:
    post.open("o1", "o2", "o3")

    def meanwhile(_push: Push) -> None:
        post.phone.on_send = lambda _push: None
        post.courier().deliver([NOTICE.reminder.key])

    post.phone.on_send = meanwhile
    post.deliver()

    assert post.phone.told == ["o1", "o2", "o3"]


def test_what_was_sent_is_written_down_even_when_the_store_was_away(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.open("o1")
    post.ledger.claim(NOTICE, ["o1"], NOW)
    away = Store("unix:///nobody.sock")
    real = post.ledger._store
    post.ledger._store = away

    def come_back(seconds: float) -> None:
        post.slept.append(seconds)
        post.ledger._store = real if len(post.slept) > 2 else away

    post.ledger._sleep = come_back
    post.ledger.settle(NOTICE, {"o1": Mark(Condition.SENT, "9")}, NOW)

    assert post.marks("o1") == [Mark(Condition.SENT, "9")]


class Shelf:
    """A queue in memory."""

    def __init__(self) -> None:
        self.pages: list[list[str]] = []

    def put(self, keys: Sequence[str]) -> None:
        self.pages.append(list(keys))

    def waiting(self) -> int:
        return len(self.pages)


def test_what_made_no_progress_is_queued_again_unless_pages_wait(post: Post) -> None:
    post.open("o1")
    shelf = Shelf()
    sweeper = Sweeper(post.ledger, shelf)

    sweeper.sweep(NOW)
    assert shelf.pages == []
    sweeper.sweep(NOW + IDLE)
    sweeper.sweep(NOW + IDLE)
    assert shelf.pages == [[NOTICE.reminder.key]]
    sweeper.sweep(NOW + 2 * IDLE)
    assert len(shelf.pages) == 1, "a page waits: workers are slow or gone, more pages would not help"


def test_pages_hold_whole_branches_and_about_fifty_members() -> None:
    notices = [
        replace(NOTICE, reminder=Reminder(replace(MEETING, branch_id=f"b{number}"), "3d")) for number in range(20)
    ]

    made = pages(notices, [25] * 19 + [0])

    assert [len(page) for page in made] == [2] * 9 + [1]
    assert sorted(key for page in made for key in page) == sorted(one.reminder.key for one in notices[:19])
    other_round = [replace(one, reminder=replace(one.reminder, lead="0d")) for one in notices]
    order = [Reminder.of_key(key).meeting.branch_id for page in made for key in page]
    other = [Reminder.of_key(key).meeting.branch_id for page in pages(other_round, [25] * 19 + [0]) for key in page]
    assert order != other, "the last branch is not always the last"
    assert APPOINTMENT.begins == BEGINS


def test_a_page_that_never_fills_does_not_wait_for_those_of_the_other_activity() -> None:
    many = [replace(NOTICE, reminder=Reminder(replace(MEETING, branch_id=f"b{number}"), "3d")) for number in range(20)]
    soon = Reminder(replace(MEETING, activity_id="liaison_day"), "0d")
    few = replace(NOTICE, reminder=soon, until=NOTICE.until - timedelta(hours=1))

    assert pages([*many, few], [25] * 21)[0] == [soon.key]
