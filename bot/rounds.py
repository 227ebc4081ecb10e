"""How the rounds stand: what `push status` shows. Reads counts the ledger keeps; costs nothing a member."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bot.ledger_format import ROUNDS, counts_key, load_round, milliseconds
from bot.store import Store
from scheduler.reminders import Round

WHY = "why:"
STATES: Final = ("pending", "sent", "delivered", "failed", "unknown", "skipped")  # of a member in a round


@dataclass(frozen=True, slots=True)
class Standing:
    """One round in figures. `planned` is the sum of all the others.

    Attributes:
        sent: taken by the platform; whether they arrived is not known (yet).
        delivered: the platform says so.
        unknown: they may have arrived; they are not sent again.
        skipped: never tried.
        pending: due, or on their way.
        reasons: of those failed, unknown or skipped: short key -> how many.
    """

    round: Round
    sent: int = 0
    delivered: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0
    pending: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def planned(self) -> int:
        """Everyone it concerns."""
        return self.sent + self.delivered + self.failed + self.unknown + self.skipped + self.pending

    @property
    def done(self) -> bool:
        """Whether nothing is left to be sent."""
        return not self.pending


def standings(store: Store, since: datetime | None = None) -> list[Standing]:
    """Every round that concerns anyone, by the day of its meeting. Raises StoreUnavailable.

    Args:
        since: only those of which a reminder was opened since then (aware, by the real clock).
    """
    with store.commands() as client:
        names: Any = client.zrangebyscore(ROUNDS, milliseconds(since) if since else "-inf", "+inf")
        rounds = sorted((load_round(name) for name in names), key=lambda one: (one.on, one.activity_id, one.lead))
        pipe = client.pipeline(transaction=False)
        for one in rounds:
            pipe.hgetall(counts_key(one))
        found = pipe.execute()
    made = (standing(one, counts) for one, counts in zip(rounds, found, strict=True))
    return [one for one in made if one.planned]


def standing(round_: Round, counts: Mapping[str, str]) -> Standing:
    """A round from its counts as they are kept."""
    numbers = {name: int(number) for name, number in counts.items()}
    reasons = {name.removeprefix(WHY): number for name, number in numbers.items() if name.startswith(WHY) and number}
    return Standing(round_, **{n: c for n, c in numbers.items() if not n.startswith(WHY)}, reasons=reasons)
