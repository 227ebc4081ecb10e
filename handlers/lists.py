"""Offer a numbered, tappable list; long ones page by page. A number picks from the last list for ten minutes."""

from collections.abc import Sequence
from dataclasses import replace

from handlers import layout
from handlers.messages import BLANK, Choice, Memory, Outcome, Reply, Turn
from handlers.services import Services


def offer(
    heading: str,
    choices: Sequence[Choice],
    outcome: Outcome,
    services: Services,
    *,
    after: str = "",
    memory: Memory = BLANK,
) -> Turn:
    """A reply that shows the list from its start; the rest of it follows on "更多"."""
    memory = replace(memory, choices=tuple(choices), shown=0, rest="")
    return show(heading, outcome, services, memory, after)


def show(heading: str, outcome: Outcome, services: Services, memory: Memory, after: str = "") -> Turn:
    """The next page of the remembered list."""
    choices, shown = memory.choices, memory.shown
    more = services.phrases("list_more", count=len(choices))
    room = layout.MAX_BYTES - layout.size("\n".join([heading, after, more])) - 4
    page = layout.numbered(choices[shown : shown + layout.PAGE], shown + 1)
    lines = layout.fitting(page, room)
    shown += len(lines)
    left = len(choices) - shown
    ending = services.phrases("list_more", count=left) if left else after
    text = "\n".join(filter(None, [heading, *lines, ending]))
    return Turn(Reply(outcome, text), replace(memory, shown=shown))
