"""WeChat's API called with the account's token: one call, its error looked up, a bad token replaced once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.calls import Calls, NoAnswer, NotSent, Response
from bot.platform_errors import Action, rule
from bot.tokens import Tokens

_TELLING: Final = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\bdata\.\w+")  # an IP address; a field of a template


@dataclass(frozen=True, slots=True)
class Said:
    """What the platform answered, and what is to be done about it.

    Attributes:
        action: None = the call succeeded.
        reason: the error's short key; empty = the call succeeded.
        detail: what of the message is worth telling an operator: the IP address to list, the field to mend.
    """

    code: int
    action: Action | None
    reason: str
    detail: str
    data: Mapping[str, Any]


class Api:
    """The account's calls. Safe to use from many threads."""

    def __init__(self, calls: Calls, tokens: Tokens) -> None:
        self._calls, self._tokens = calls, tokens

    def post(self, path: str, payload: Mapping[str, Any]) -> Said:
        """One call, made a second time with another token when the first one's was bad.

        Raises:
            NoToken: there is no token; nothing was sent.
            NotSent: nothing reached the platform.
            NoAnswer: the call may or may not have been carried out.
        """
        token = self._token("")
        said = self._once(path, token, payload)
        if said.action is Action.REFRESH:
            said = self._once(path, self._token(token), payload)
        return said

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._calls.close()

    def _token(self, bad: str) -> str:
        try:
            return self._tokens.renew(bad) if bad else self._tokens.current()
        except NoAnswer as error:
            raise NotSent(str(error)) from None  # only the token's call got no answer

    def _once(self, path: str, token: str, payload: Mapping[str, Any]) -> Said:
        return _read(self._calls.post(path, {"access_token": token}, payload))


def _read(response: Response) -> Said:
    data = response.data or {}
    code = data.get("errcode")
    if not isinstance(code, int):  # a gateway's page, not WeChat
        refused = 400 <= response.status < 500
        raise (NotSent if refused else NoAnswer)(f"http_{response.status}")
    if code == 0:
        return Said(0, None, "", "", data)
    action, reason = rule(code)
    told = _TELLING.search(str(data.get("errmsg", "")))
    return Said(code, action, reason, told[0] if told else "", data)
