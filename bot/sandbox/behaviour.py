"""How the stand-in for WeChat's API behaves: speeds, limits, faults, members it refuses. Data, and what follows from it
without a clock.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

DELIVERED: Final = "success"  # a receipt's status


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

    def error_for(self, openid: str) -> int:
        """The error code that member always meets; 0 = none."""
        return self.members.get(openid, 0) or int(_drawn(openid, self.shares) or 0)

    def receipt_for(self, openid: str) -> str:
        """The status of that member's receipts."""
        return _drawn(f"receipt {openid}", self.undelivered) or DELIVERED


def _drawn(member: str, shares: Mapping[str, float]) -> str:
    """Members are spread over 0..1, always the same way; each name takes its share of that, in order; "" = none."""
    place = int.from_bytes(hashlib.sha256(member.encode()).digest()[:4], "big") / 2**32
    for name, share in shares.items():
        place -= share
        if place < 0:
            return name
    return ""
