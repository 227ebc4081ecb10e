"""What WeChat's API answers with: JSON, error codes, or a dropped connection."""

from dataclasses import dataclass
from typing import Any, Final

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


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: JSON with a status, or, when `payload` is None, a dropped connection."""

    payload: Any
    status: int = 200


DROPPED: Final = Answer(None)


def ok(**more: Any) -> Answer:
    """All went well."""
    return Answer({"errcode": 0, "errmsg": "ok", **more})


def error(code: int, status: int = 200) -> Answer:
    """That error code, in WeChat's words."""
    return Answer({"errcode": code, "errmsg": _ERRORS.get(code, "error")}, status)
