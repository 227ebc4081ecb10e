"""What WeChat's API answers, as rules over a state in memory: tokens, quotas, errors, and what members saw.

No network and no clock of its own: `bot.sandbox.platform_api` serves it. Written from WeChat's documentation and from
reports of its users, independent of `bot.platform`; the demo, the tests and the bench use the same code.
"""

import hashlib
import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

TEMPLATE: Final = "cgi-bin/message/template/send"
CUSTOM: Final = "cgi-bin/message/custom/send"
DELIVERED: Final = "success"  # a receipt's status
SAME_KEY_LASTS: Final = 600.0  # seconds a second message with the same client_msg_id is swallowed
BEIJING: Final = 8 * 3600.0  # seconds east of UTC
WINDOW_LASTS: Final = 48 * 3600.0  # seconds a member who wrote can be sent texts
TEXTS_IN_WINDOW: Final = 5
_ERRORS: Final = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40037: "invalid template_id",
    40066: "invalid url",
    40125: "invalid appsecret",
    40164: "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist",
    41001: "access_token missing",
    42001: "access_token expired",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    40241: "duplicate message in 60 seconds",
    43117: "message to this user too often",
    45009: "reach max api daily quota limit",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    47001: "data format error",
    47003: "argument invalid! data.thing1.value is empty",
}


@dataclass
class Behaviour:
    """How the stand-in behaves; every field can be changed while it runs. Shares are between 0 and 1.

    Attributes:
        latency: mean seconds until an answer.
        tail: sigma of the log-normal spread around the mean; 0 = always the mean.
        quota: template messages a day (Beijing's).
        per_second: calls a second before the answer is -1; 0 = no limit.
        busy: share of calls answered -1.
        drop_before: share of calls whose connection is dropped before anything happens.
        drop_after: share of calls that are carried out and whose connection is dropped instead of an answer.
        shares: error code to the share of members it meets, always the same members.
        members: openid to the error code it always meets.
        same_key: error code of a second message with the same `client_msg_id`; 0 = it is accepted and swallowed.
        secret: the only AppSecret taken; empty = any.
        token_lasts: seconds.
        overlap: seconds an old token lives on beside a new one.
        missing: paths that answer 404.
        windowed: take customer-service texts only for members who wrote (`StandIn.wrote`).
        ahead: seconds the stand-in's clock is ahead of the real one.
        down: drop every connection.
        receipt_url: webhook that receipts are posted to; empty = none are.
        receipt_token: token of that webhook.
        receipt_app_id: AppID inside encrypted receipts.
        receipt_aes_key: empty = receipts in plain text.
        receipt_after: seconds until a receipt, soonest and latest.
        receipt_twice: share of receipts posted twice.
        receipt_never: share of messages without a receipt.
        undelivered: a receipt's status ("failed:user block") to the share of members whose messages are accepted, get
            that receipt and are never seen.
    """

    latency: float = 0.0
    tail: float = 0.0
    quota: int = 100_000
    per_second: int = 0
    busy: float = 0.0
    drop_before: float = 0.0
    drop_after: float = 0.0
    shares: dict[str, float] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    same_key: int = 0
    secret: str = ""
    token_lasts: float = 7200.0
    overlap: float = 300.0
    missing: list[str] = field(default_factory=list)
    windowed: bool = False
    ahead: float = 0.0
    down: bool = False
    receipt_url: str = ""
    receipt_token: str = ""
    receipt_app_id: str = ""
    receipt_aes_key: str = ""
    receipt_after: tuple[float, float] = (0.1, 2.0)
    receipt_twice: float = 0.0
    receipt_never: float = 0.0
    undelivered: dict[str, float] = field(default_factory=dict)

    def change(self, values: Mapping[str, Any]) -> None:
        """Set the named fields. Raises ValueError for a name that is none."""
        if unknown := set(values) - {known.name for known in fields(self)}:
            raise ValueError(f"no such behaviour: {', '.join(sorted(unknown))}")
        for name, value in values.items():
            setattr(self, name, value)


@dataclass(frozen=True, slots=True)
class Seen:
    """One message as it reached a member.

    Attributes:
        number: from 1, in the order they arrived.
        at: seconds of the stand-in's clock.
        channel: "template" or "text".
        key: the `client_msg_id`; empty for texts.
        message_id: what a receipt will carry; empty for texts.
        fields: the template's texts by field.
    """

    number: int
    at: float
    openid: str
    channel: str
    key: str = ""
    message_id: str = ""
    template_id: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: JSON with a status, or, when `payload` is None, a dropped connection."""

    payload: Any
    status: int = 200


DROPPED: Final = Answer(None)
Query = Mapping[str, str]


class StandIn:
    """One official account as WeChat's servers see it.

    Args:
        behaviour: may be changed at any time.
        clock: seconds since 1970.
        on_accepted: called for each accepted message with the status its receipt will carry; members see those
            that are DELIVERED.
        seed: of the chances.
    """

    def __init__(
        self,
        behaviour: Behaviour,
        clock: Callable[[], float],
        on_accepted: Callable[[Seen, str], None] = lambda _seen, _status: None,
        seed: int = 1,
    ) -> None:
        self.behaviour = behaviour
        self.seen: list[Seen] = []
        self.counts: Counter[str] = Counter()
        self.used = 0
        self._clock = clock
        self._on_accepted = on_accepted
        self._chance = random.Random(seed)  # noqa: S311 - no secret
        self._tokens: dict[str, float] = {}
        self._stable = self._plain = ""
        self._numbers = itertools.count(1)
        self._keys: dict[tuple[str, str], tuple[float, str]] = {}
        self._windows: dict[str, tuple[float, int]] = {}
        self._second = (0, 0)
        self._day = 0
        self._calls: dict[str, Callable[[Query, bytes], Answer]] = {
            "cgi-bin/stable_token": self._stable_token,
            "cgi-bin/token": self._plain_token,
            "cgi-bin/openapi/quota/get": self._quota,
            TEMPLATE: self._template,
            CUSTOM: self._custom,
        }

    @property
    def now(self) -> float:
        """The stand-in's time, which may be ahead of the real one."""
        return self._clock() + self.behaviour.ahead

    def wrote(self, openid: str) -> None:
        """The member wrote to the account: texts may be sent for 48 hours."""
        self._windows[openid] = (self.now, TEXTS_IN_WINDOW)

    def rotate(self) -> None:
        """Every token given out so far is dead at once, as when someone else refreshes by force."""
        self._tokens.clear()
        self._stable = self._plain = ""

    def answer(self, path: str, query: Query, body: bytes) -> Answer:
        """What WeChat answers to a call; `path` without the leading slash."""
        self.counts[path] += 1
        self._begin_day()
        call = self._calls.get(path)
        if self.behaviour.down or self._happens(self.behaviour.drop_before):
            return DROPPED
        if call is None or path in self.behaviour.missing:
            return Answer(_error(40066), 404)
        answer = call(query, body)
        if isinstance(answer.payload, dict) and (code := answer.payload.get("errcode")):
            self.counts[f"error {code}"] += 1
        return answer

    def _happens(self, share: float) -> bool:
        return share > 0 and self._chance.random() < share

    def _begin_day(self) -> None:
        day = int((self.now + BEIJING) // 86_400)
        if day != self._day:
            self._day, self.used = day, 0

    def _stable_token(self, _query: Query, body: bytes) -> Answer:
        """The same token until its last minutes, when a second one lives beside it; by force a new one at once."""
        asked = _json(body)
        if not self._is_ours(asked.get("secret", "")):
            return Answer(_error(40125))
        if asked.get("force_refresh"):
            self._tokens.pop(self._stable, None)
        if self._tokens.get(self._stable, 0.0) - self.now <= self.behaviour.overlap:
            self._stable = self._new_token()
        return self._token_answer(self._stable)

    def _plain_token(self, query: Query, _body: bytes) -> Answer:
        """Always a new token; the one before lives on for the overlap. Stable tokens are not touched."""
        if not self._is_ours(query.get("secret", "")):
            return Answer(_error(40125))
        if self._plain in self._tokens:
            self._tokens[self._plain] = min(self._tokens[self._plain], self.now + self.behaviour.overlap)
        self._plain = self._new_token()
        return self._token_answer(self._plain)

    def _is_ours(self, secret: object) -> bool:
        return not self.behaviour.secret or secret == self.behaviour.secret

    def _new_token(self) -> str:
        token = f"token-{next(self._numbers)}-{self._chance.getrandbits(64):016x}"
        self._tokens[token] = self.now + self.behaviour.token_lasts
        return token

    def _token_answer(self, token: str) -> Answer:
        return Answer({"access_token": token, "expires_in": int(self._tokens[token] - self.now)})

    def _quota(self, query: Query, _body: bytes) -> Answer:
        if refused := self._refused_token(query):
            return refused
        left = max(0, self.behaviour.quota - self.used)
        quota = {"daily_limit": self.behaviour.quota, "used": self.used, "remain": left}
        return Answer({"errcode": 0, "errmsg": "ok", "quota": quota})

    def _template(self, query: Query, body: bytes) -> Answer:
        asked = _json(body)
        openid = str(asked.get("touser", ""))
        key = str(asked.get("client_msg_id", ""))
        if refused := self._refused(query, openid):
            return refused
        if not isinstance(asked.get("data"), dict) or not asked.get("template_id"):
            return Answer(_error(47001))
        told = self._keys.get((openid, key)) if key else None
        if told and self.now - told[0] < SAME_KEY_LASTS:
            self.counts["same key"] += 1
            return Answer(_error(self.behaviour.same_key)) if self.behaviour.same_key else self._accepted(told[1])
        if self.used >= self.behaviour.quota:
            return Answer(_error(45009))
        self.used += 1
        message_id = str(4_000_000_000 + next(self._numbers))
        self._keys[openid, key] = (self.now, message_id)
        texts = {name: str(value.get("value", "")) for name, value in asked["data"].items()}
        self._arrives(
            openid,
            "template",
            key=key,
            message_id=message_id,
            template_id=str(asked["template_id"]),
            fields=texts,
            url=str(asked.get("url", "")),
        )
        return self._accepted(message_id)

    def _custom(self, query: Query, body: bytes) -> Answer:
        asked = _json(body)
        openid = str(asked.get("touser", ""))
        if refused := self._refused(query, openid):
            return refused
        if self.behaviour.windowed:
            since, left = self._windows.get(openid, (0.0, 0))
            if self.now - since > WINDOW_LASTS:
                return Answer(_error(45015))
            if not left:
                return Answer(_error(45047))
            self._windows[openid] = (since, left - 1)
        self._arrives(openid, "text", text=str(asked.get("text", {}).get("content", "")))
        return self._accepted("")

    def _accepted(self, message_id: str) -> Answer:
        if self._happens(self.behaviour.drop_after):
            return DROPPED
        return Answer({"errcode": 0, "errmsg": "ok", **({"msgid": int(message_id)} if message_id else {})})

    def _arrives(self, openid: str, channel: str, **what: Any) -> None:
        accepted = Seen(len(self.seen) + 1, self.now, openid, channel, **what)
        status = _drawn(f"receipt {openid}", self.behaviour.undelivered) or DELIVERED
        if status == DELIVERED:
            self.seen.append(accepted)
        self._on_accepted(accepted, status)

    def _refused(self, query: Query, openid: str) -> Answer | None:
        """The error that meets this call whatever it holds, if any."""
        if refused := self._refused_token(query):
            return refused
        if self._too_fast() or self._happens(self.behaviour.busy):
            return Answer(_error(-1))
        code = self.behaviour.members.get(openid, 0) or int(_drawn(openid, self.behaviour.shares) or 0)
        return Answer(_error(code)) if code else None

    def _refused_token(self, query: Query) -> Answer | None:
        token = query.get("access_token", "")
        if not token:
            return Answer(_error(41001))
        if token not in self._tokens:
            return Answer(_error(40001))
        return Answer(_error(42001)) if self._tokens[token] <= self.now else None

    def _too_fast(self) -> bool:
        second = int(self.now)
        self._second = (second, self._second[1] + 1 if self._second[0] == second else 1)
        return 0 < self.behaviour.per_second < self._second[1]


def _drawn(member: str, shares: Mapping[str, float]) -> str:
    """Members are spread over 0..1, always the same way; each name takes its share of that, in order; "" = none."""
    place = int.from_bytes(hashlib.sha256(member.encode()).digest()[:4], "big") / 2**32
    for name, share in shares.items():
        place -= share
        if place < 0:
            return name
    return ""


def _error(code: int) -> dict[str, object]:
    return {"errcode": code, "errmsg": _ERRORS.get(code, "error")}


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
