"""WeChat's error codes and what to do about each: data, no logic.

Meanings are WeChat's (developers.weixin.qq.com, "Global return codes"), the actions ours. A code without a row is never
tried again.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Action(StrEnum):
    """What to do when the platform answers with a code."""

    SENT = "sent"  # count it as sent
    WAIT = "wait"  # busy: try again soon
    SLOW = "slow"  # too fast: slow down, try again later
    REFRESH = "refresh"  # the token is bad: get the current one, try once more
    SKIP = "skip"  # this member cannot be reached; the others can
    DOUBT = "doubt"  # the same, but WeChat is known to say so by mistake: once more, later
    TEMPLATE = "template"  # this channel is closed for the member: use a template
    NO_CHANNEL = "no_channel"  # this account may not use the channel at all
    PAUSE = "pause"  # the day's quota is used up: wait until midnight
    PARK = "park"  # an operator must put this activity's template right first
    HALT = "halt"  # an operator must put something right first, nothing at all can be sent
    UNKNOWN = "unknown"  # no row here: skip this member, and an operator should look


ERRORS: Final[Mapping[int, tuple[Action, str]]] = MappingProxyType(
    {
        -1: (Action.WAIT, "busy"),
        40001: (Action.REFRESH, "token"),
        40014: (Action.REFRESH, "token"),
        42001: (Action.REFRESH, "token"),
        40003: (Action.SKIP, "bad_openid"),  # of another account, or none
        40013: (Action.HALT, "app_id"),
        40037: (Action.PARK, "template_gone"),  # deleted, or its category was changed
        40066: (Action.NO_CHANNEL, "no_such_call"),
        40125: (Action.HALT, "app_secret"),
        40164: (Action.HALT, "ip_not_listed"),
        40241: (Action.SENT, "same_key"),  # a second message with this client_msg_id
        40243: (Action.HALT, "app_secret_frozen"),
        40249: (Action.PARK, "content_blocked"),
        40252: (Action.PARK, "content_in_review"),
        41001: (Action.HALT, "token_missing"),
        41002: (Action.HALT, "app_id"),
        41004: (Action.HALT, "app_secret"),
        41028: (Action.PARK, "jump"),
        41029: (Action.PARK, "jump"),
        41030: (Action.PARK, "jump"),
        43004: (Action.SKIP, "unfollowed"),
        43019: (Action.SKIP, "blacklisted"),
        43101: (Action.DOUBT, "refused"),  # came wrongly late in a bulk of 180,000, and succeeded afterwards
        43106: (Action.HALT, "punished"),
        43116: (Action.PARK, "template_restricted"),
        43117: (Action.SKIP, "too_often"),  # too many messages to this one member
        45002: (Action.TEMPLATE, "too_long"),
        45009: (Action.PAUSE, "quota"),
        45011: (Action.SLOW, "too_fast"),
        45015: (Action.TEMPLATE, "window_closed"),
        45047: (Action.TEMPLATE, "texts_used_up"),
        45065: (Action.SENT, "same_key"),
        47001: (Action.SKIP, "bad_fields"),
        47003: (Action.SKIP, "bad_fields"),  # a field breaks the template's rules
        48001: (Action.NO_CHANNEL, "not_granted"),
        48002: (Action.SKIP, "blocked"),
        48004: (Action.HALT, "call_banned"),
        50002: (Action.HALT, "account_banned"),
        50005: (Action.SKIP, "unfollowed"),
        61004: (Action.HALT, "ip_not_listed"),
    }
)

UNDELIVERED: Final = "platform"  # reason: taken, and reported later as not delivered
LASTING: Final = frozenset(  # reasons no further attempt can mend: only the member can
    {"bad_openid", "unfollowed", "blacklisted", "refused", "blocked"}
)


def rule(code: int) -> tuple[Action, str]:
    """The action and the reason's key for a code.

    >>> rule(43004)
    (<Action.SKIP: 'skip'>, 'unfollowed')
    >>> rule(99999)
    (<Action.UNKNOWN: 'unknown'>, 'code_99999')
    """
    return ERRORS.get(code, (Action.UNKNOWN, f"code_{code}"))
