"""Stand-ins with the real signatures: a clock that is told the time, and members who write to the bot by WeChat."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.sandbox.envelope import Platform, Request, fields, message
from bot.wechat import Account
from content.matching import Choices, decide
from handlers.book import State
from handlers.dispatch import reply_to
from handlers.layout import MAX_BYTES, size
from handlers.messages import Incoming, Kind, Memory, Turn
from handlers.services import Services
from scheduler.agenda import Meeting
from scheduler.roster import Branch, Change
from scheduler.roster import Member as RosterMember

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=SHANGHAI)
ACCOUNT = Account("TestToken", "wx0123456789abcdef", ("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",))
PLAIN_ACCOUNT = Account("TestToken")
VAGUE = (  # questions that fit several entries and none surely
    "村里要牵头办社，怕赔了没人担着，有什么防备没有",
    "我们厂就两三个党员，自己撑不起一个支部，有几条路子",
    "抓党建挂张图跟打仗似的怎么个搞法",
    "培养的学生录上以后要签什么",
    "村里一堆老大难，班子不顶事，上头能不能派个当官的来挑大梁",
    "群众有意见了往哪儿反映、多久能有回音",
    "支部的牌子挂在哪里最合适呢大家都看得见",
    "家里老人病了党支部会不会派人来看看",
    "活动经费从哪里来",
    "钱从哪里来",
)
_numbers = count(1)


class Clock:
    """Tells the time it was told."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **duration: float) -> None:
        """Let time pass: ``clock.pass_(minutes=11)``."""
        self.now += timedelta(**duration)


def platform(account: Account = ACCOUNT) -> Platform:
    """WeChat's side of an account."""
    return Platform(account.token, account.app_id, account.aes_keys[0] if account.aes_keys else "")


@dataclass(frozen=True)
class Answer:
    """What a member and WeChat get back."""

    status: int
    outcome: str
    text: str
    body: str
    mimetype: str


@dataclass
class Member:
    """Someone who writes to the bot; every message goes as signed XML through the HTTP route."""

    client: FlaskClient
    clock: Clock
    account: Account = ACCOUNT
    openid: str = field(default_factory=lambda: f"oMember{next(_numbers):04d}")

    def says(self, text: str, **tags: str | int) -> Answer:
        """Send a text."""
        return self.sends("text", Content=text, **tags)

    def sends(self, kind: str, **tags: str | int) -> Answer:
        """Send any message."""
        if kind != "event" and "MsgId" not in tags:
            tags["MsgId"] = 10_000_000 + next(_numbers)
        return self.posts(self.seals(message(kind, self.openid, self._seconds(), tags=tags)))

    def does(self, event: str, **tags: str | int) -> Answer:
        """Cause an event."""
        return self.sends("event", Event=event, **tags)

    def seals(self, xml: str, nonce: str = "") -> Request:
        """The request WeChat would make of that XML."""
        ours = platform(self.account)
        seal = ours.safe if self.account.aes_keys else ours.plain
        return seal(xml, self._seconds(), nonce)

    def posts(self, request: Request) -> Answer:
        """Deliver a request and open what comes back."""
        body = request.body.encode("utf-8", "surrogatepass")
        return self.opens(self.client.post("/wechat", query_string=request.query, data=body))

    def opens(self, response: TestResponse) -> Answer:
        """Decrypt and parse a response."""
        body = response.get_data(as_text=True)
        xml = platform(self.account).read(body)
        text = fields(xml).get("Content", "") if xml.startswith("<xml>") else ""
        outcome = response.headers.get("X-Bot-Outcome", "")
        return Answer(response.status_code, outcome, text, body, response.mimetype or "")

    def _seconds(self) -> int:
        return int(self.clock.now.timestamp())


@dataclass
class Register:
    """A roster in memory."""

    branches_: list[Branch] = field(default_factory=list)
    members_: dict[str, list[RosterMember]] = field(default_factory=dict)
    changes_: dict[tuple[str, str, date], Change] = field(default_factory=dict)

    def branches(self) -> list[Branch]:
        return self.branches_

    def members(self, branch_ids: Iterable[str]) -> dict[str, tuple[RosterMember, ...]]:
        return {branch_id: tuple(self.members_.get(branch_id, ())) for branch_id in branch_ids}

    def changes(self, activity_id: str) -> dict[tuple[str, date], Change]:
        return {(branch, day): one for (activity, branch, day), one in self.changes_.items() if activity == activity_id}

    def add(self, branch_id: str, *openids: str, **about: Any) -> None:
        """A branch with these ordinary members."""
        self.branches_.append(Branch(branch_id, f"{branch_id}支部", **about))
        self.members_[branch_id] = [RosterMember(openid, branch_id) for openid in openids]

    def change(self, meeting: Meeting, **what: Any) -> None:
        """Change a meeting, under the next version."""
        key = (meeting.activity_id, meeting.branch_id, meeting.rule_date)
        version = self.changes_[key].version + 1 if key in self.changes_ else 1
        self.changes_[key] = Change(meeting.rule_date, version, **what)


class Talk:
    """A member talking straight to the handlers."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.now = NOW
        self.memory = Memory()

    def says(self, text: str) -> Turn:
        return self.sends(Incoming(Kind.TEXT, "k", "o1", "bot", text))

    def sends(self, message: Incoming) -> Turn:
        turn = reply_to(message, self.memory, self.services, self.now)
        self.memory = turn.memory
        assert size(turn.reply.text) <= MAX_BYTES
        return turn


def unsure_of(services: Services) -> str:
    """A question the bot offers several choices for. Which these are changes with the corpus: it is looked for."""
    for question in VAGUE:
        verdict = decide(services.matcher.search(question), services.matcher.cutoffs)
        if isinstance(verdict, Choices) and len(verdict.matches) > 1:
            return question
    raise AssertionError("no vague question is vague any more: add some to VAGUE")


@dataclass
class FakeReminders:
    """A ledger in this process: tells what it was told. Implements `handlers.book.Reminders`."""

    told: dict[Meeting, dict[str, State]] = field(default_factory=dict)
    snoozed: list[tuple[str, Meeting, datetime]] = field(default_factory=list)
    resent: list[tuple[Meeting, frozenset[str]]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    def states(self, meeting: Meeting) -> Mapping[str, State]:
        return self.told.get(meeting, {})

    def snooze(self, openid: str, meeting: Meeting, until: datetime, now: datetime) -> None:
        self.snoozed.append((openid, meeting, until))

    def resend(self, meeting: Meeting, openids: Collection[str], now: datetime) -> int:
        new = frozenset(openids) - {one for known, some in self.resent if known == meeting for one in some}
        self.resent.append((meeting, new))
        return len(new)

    def forget(self, openid: str) -> None:
        self.forgotten.append(openid)
