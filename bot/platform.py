"""Sends pushes by WeChat's API: by which channel, at which pace, and what each error means for the push.

Two channels: a plain text for whoever wrote within 48 hours, else the activity's template message. A third one
(subscription messages, `cgi-bin/message/subscribe/bizsend`) would be another method beside `_as_template`.
"""

import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.api import Api, Said
from bot.brake import Brake, Pause
from bot.calls import NoAnswer, NotSent
from bot.pace import PATIENCE, Pace
from bot.platform_errors import Action, rule
from bot.quota import TEMPLATE, Quota
from bot.store import StoreUnavailable
from bot.tokens import NoToken, TooSoon
from bot.window import WROTE_LASTS, Try, Window
from scheduler.delivery import Halt, Later, Push, Refused, Result, Sent, Stop, Unclear
from scheduler.pacing import quota_returns

CUSTOM: Final = "cgi-bin/message/custom/send"
MOMENT: Final = 0.001  # seconds; giving the processor away for less costs more than it waits
SOON: Final = 10.0  # seconds, give or take a half: not all at once again
TOKEN_REST: Final = timedelta(minutes=1)  # while every token is called bad
A_WHILE: Final = timedelta(minutes=10)  # a pause that ends sooner is waited for
NO_TEXTS_FOR: Final = timedelta(hours=1)  # until an account that may not send texts tries again

log = structlog.get_logger("platform")


@dataclass
class Platform:
    """The sender of the product (`scheduler.delivery.Sender`). Safe to use from many threads.

    Attributes:
        templates: activity id to template id.
        missing: the setting without which nothing can be sent ("app_secret"); empty = it is there.
        now: the clock, aware.
        sleep: waits for that many seconds.
    """

    api: Api
    templates: Mapping[str, str]
    pace: Pace
    quota: Quota
    brake: Brake
    window: Window
    now: Callable[[], datetime]
    missing: str = ""
    sleep: Callable[[float], None] = time.sleep
    _no_texts_until: datetime | None = field(default=None, init=False)

    def send(self, push: Push) -> Result:
        """Send it, and say how that ended. Waits up to `PATIENCE` seconds for its turn."""
        missing = self.missing or ("" if self.templates.get(push.activity_id) else "template")
        if missing:
            return Stop(f"{missing}_missing", Halt.UNTIL_TOLD)
        try:
            return self._held_up(push) or self._sent(push)
        except StoreUnavailable as error:
            log.warning("store_down", doing="push", reason=str(error))
            return Later("store", _soon(push))

    def close(self) -> None:
        """Close the connections that are not in use; for the end of a process."""
        self.api.close()

    def _held_up(self, push: Push) -> Result | None:
        """What keeps it from going out now: a pause, or the pace."""
        if pause := self.brake.state(push.activity_id):
            return self._while_paused(pause, push)
        wait = self.pace.turn()
        if wait > PATIENCE:
            return Later("pace", wait)
        if wait > MOMENT:
            self.sleep(wait)
        return None

    def _while_paused(self, pause: Pause, push: Push) -> Result:
        if pause.until is None:
            return Stop(pause.reason, Halt.UNTIL_TOLD)
        left = pause.until - self.now()
        if left > A_WHILE:
            return Stop(pause.reason, Halt.UNTIL_MIDNIGHT)
        return Later(pause.reason, left.total_seconds() + _soon(push))

    def _sent(self, push: Push) -> Result:
        return (self._as_text(push) if self._takes_texts(push) else None) or self._as_template(push)

    def _takes_texts(self, push: Push) -> bool:
        now = self.now()
        granted = self._no_texts_until is None or now >= self._no_texts_until
        return granted and push.wrote_at is not None and now - push.wrote_at < WROTE_LASTS

    def _as_text(self, push: Push) -> Result | None:
        """None = not as a text; nothing arrived, another channel may be used."""
        match self.window.begin(push):
            case Try.TRIED:
                return Unclear("text_unclear")
            case Try.CLOSED:
                return None
        said = self._said(CUSTOM, {"touser": push.openid, "msgtype": "text", "text": {"content": push.text}}, push)
        if isinstance(said, Unclear):
            return said
        if isinstance(said, Said):
            return self._of_text(push, said)
        self._noted(self.window.undo, push)
        return said

    def _of_text(self, push: Push, said: Said) -> Result | None:
        match said.action:
            case None:
                return Sent()
            case Action.SKIP | Action.DOUBT:
                return Refused(said.reason)
            case Action.WAIT | Action.SLOW | Action.REFRESH | Action.HALT:
                self._noted(self.window.undo, push)
                return self._of_error(push, said)
            case Action.NO_CHANNEL:
                self._no_texts_until = self.now() + NO_TEXTS_FOR
        self.window.close(push)
        return None

    def _as_template(self, push: Push) -> Result:
        if not self.quota.take():
            return self._until_midnight("quota")
        payload: dict[str, Any] = {
            "touser": push.openid,
            "template_id": self.templates[push.activity_id],
            "data": {name: {"value": value} for name, value in push.fields.items()},
            "client_msg_id": push.key,
        }
        if push.url:
            payload["url"] = push.url
        said = self._said(TEMPLATE, payload, push)
        if not isinstance(said, Said):
            return said
        if said.action in (None, Action.SENT):
            return Sent(str(said.data.get("msgid", "")))
        return self._of_error(push, said)

    def _said(self, path: str, payload: Mapping[str, Any], push: Push) -> Said | Result:
        """The platform's answer, or how the push ended without one."""
        try:
            return self.api.post(path, payload)
        except NotSent as error:
            log.warning("not_sent", reason=str(error))
            return Later("unreachable", _soon(push))
        except NoAnswer as error:
            log.warning("no_answer", reason=str(error))
            if str(error) == TimeoutError.__name__:
                self._noted(self.pace.slow_down, False)
            return Unclear("no_answer")
        except TooSoon:
            return self._token_rest(push)
        except NoToken as error:
            return self._without_token(error, push)

    def _without_token(self, error: NoToken, push: Push) -> Result:
        action, reason = rule(error.code)
        if not error.code or action in (Action.WAIT, Action.SLOW):
            return Later("no_token", _soon(push))
        if action is Action.PAUSE:
            return self._until_midnight(reason)
        return self._until_told(reason)

    def _token_rest(self, push: Push) -> Result:
        log.error("tokens_called_bad")
        self._noted(self.brake.pause, "token", self.now() + TOKEN_REST)
        return Later("token", TOKEN_REST.total_seconds() + _soon(push))

    def _of_error(self, push: Push, said: Said) -> Result:
        match said.action:
            case Action.WAIT | Action.SLOW:
                self._noted(self.pace.slow_down, said.action is Action.SLOW)
                return Later(said.reason, _soon(push))
            case Action.REFRESH:  # the new token is bad as well
                return self._token_rest(push)
            case Action.PAUSE:
                return self._until_midnight(said.reason)
            case Action.HALT | Action.NO_CHANNEL:
                return self._until_told(said.reason, detail=said.detail)
            case Action.PARK:
                return self._until_told(said.reason, push.activity_id, said.detail)
        if said.action is Action.UNKNOWN or said.detail:
            log.error("push_refused", reason=said.reason, code=said.code, detail=said.detail)
        return Refused(said.reason, certain=said.action is not Action.DOUBT)

    def _until_midnight(self, reason: str) -> Stop:
        until = quota_returns(self.now())
        self._noted(self.brake.pause, reason, until)
        log.error("pushes_paused", reason=reason, until=until.isoformat())
        return Stop(reason, Halt.UNTIL_MIDNIGHT)

    def _until_told(self, reason: str, activity_id: str = "", detail: str = "") -> Stop:
        self._noted(self.brake.pause, reason, None, activity_id, detail)
        log.error("pushes_stopped", reason=reason, activity=activity_id, detail=detail)
        return Stop(reason, Halt.UNTIL_TOLD)

    @staticmethod
    def _noted(write: Callable[..., object], *values: object) -> None:
        """Write to the store what others should know. A store that is down changes nothing of how the push ended."""
        try:
            write(*values)
        except StoreUnavailable as error:
            log.warning("store_down", doing="push", reason=str(error))


def _soon(push: Push) -> float:
    """Seconds: the same for a push, spread over pushes."""
    return SOON * (0.5 + zlib.crc32(push.openid.encode()) / 2**32)
