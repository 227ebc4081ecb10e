"""What WeChat's API answers, as rules over a state in memory: tokens, quotas, errors, and what members saw.

No network and no clock of its own: `bot.sandbox.platform_api` serves it. Written from WeChat's documentation and from
reports of its users, independent of `bot.platform`; the demo, the tests and the bench use the same code.
"""

import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.sandbox.access import AccessTokens
from bot.sandbox.answers import DROPPED, Answer, error, ok
from bot.sandbox.behaviour import DELIVERED, Behaviour

TEMPLATE: Final = "cgi-bin/message/template/send"
CUSTOM: Final = "cgi-bin/message/custom/send"
SAME_KEY_LASTS: Final = 600.0  # seconds a second message with the same client_msg_id is swallowed
BEIJING: Final = 8 * 3600.0  # seconds east of UTC
WINDOW_LASTS: Final = 48 * 3600.0  # seconds a member who wrote can be sent texts
TEXTS_IN_WINDOW: Final = 5


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
        self._tokens = AccessTokens(behaviour, lambda: self.now, self._chance)
        self._numbers = itertools.count(1)
        self._keys: dict[tuple[str, str], tuple[float, str]] = {}
        self._windows: dict[str, tuple[float, int]] = {}
        self._second = (0, 0)
        self._day = 0
        self._calls: dict[str, Callable[[Query, bytes], Answer]] = {
            "cgi-bin/stable_token": self._stable_token,
            "cgi-bin/token": lambda query, _body: self._tokens.plain(query.get("secret", "")),
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
        self._tokens.rotate()

    def answer(self, path: str, query: Query, body: bytes) -> Answer:
        """What WeChat answers to a call; `path` without the leading slash."""
        self.counts[path] += 1
        self._begin_day()
        call = self._calls.get(path)
        if self.behaviour.down or self._happens(self.behaviour.drop_before):
            return DROPPED
        if call is None or path in self.behaviour.missing:
            return error(40066, 404)
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
        asked = _json(body)
        return self._tokens.stable(asked.get("secret", ""), by_force=bool(asked.get("force_refresh")))

    def _quota(self, query: Query, _body: bytes) -> Answer:
        if refused := self._tokens.refusal(query.get("access_token", "")):
            return refused
        left = max(0, self.behaviour.quota - self.used)
        quota = {"daily_limit": self.behaviour.quota, "used": self.used, "remain": left}
        return ok(quota=quota)

    def _template(self, query: Query, body: bytes) -> Answer:
        asked = _json(body)
        openid = str(asked.get("touser", ""))
        key = str(asked.get("client_msg_id", ""))
        if refused := self._refused(query, openid):
            return refused
        if not isinstance(asked.get("data"), dict) or not asked.get("template_id"):
            return error(47001)
        told = self._keys.get((openid, key)) if key else None
        if told and self.now - told[0] < SAME_KEY_LASTS:
            self.counts["same key"] += 1
            return error(self.behaviour.same_key) if self.behaviour.same_key else self._accepted(told[1])
        if self.used >= self.behaviour.quota:
            return error(45009)
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
                return error(45015)
            if not left:
                return error(45047)
            self._windows[openid] = (since, left - 1)
        self._arrives(openid, "text", text=str(asked.get("text", {}).get("content", "")))
        return self._accepted("")

    def _accepted(self, message_id: str) -> Answer:
        if self._happens(self.behaviour.drop_after):
            return DROPPED
        return ok(msgid=int(message_id)) if message_id else ok()

    def _arrives(self, openid: str, channel: str, **what: Any) -> None:
        accepted = Seen(len(self.seen) + 1, self.now, openid, channel, **what)
        status = self.behaviour.receipt_for(openid)
        if status == DELIVERED:
            self.seen.append(accepted)
        self._on_accepted(accepted, status)

    def _refused(self, query: Query, openid: str) -> Answer | None:
        """The error that meets this call whatever it holds, if any."""
        if refused := self._tokens.refusal(query.get("access_token", "")):
            return refused
        if self._too_fast() or self._happens(self.behaviour.busy):
            return error(-1)
        code = self.behaviour.error_for(openid)
        return error(code) if code else None

    def _too_fast(self) -> bool:
        second = int(self.now)
        self._second = (second, self._second[1] + 1 if self._second[0] == second else 1)
        return 0 < self.behaviour.per_second < self._second[1]


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
