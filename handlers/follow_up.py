"""Messages that only make sense after the last reply: 更多, and a number picking from a list."""

from dataclasses import replace

from content.cues import without
from content.text import fold
from handlers import answer, layout, lists
from handlers.messages import Memory, Outcome, Reply, Turn
from handlers.services import Services


def more(memory: Memory, services: Services) -> Turn:
    """The rest of a long answer, or the next page of a list."""
    phrases = services.phrases
    if memory.rest:
        head, rest = layout.split(memory.rest, layout.MAX_BYTES - layout.size(phrases("more")))
        reply = Reply(Outcome.COMMAND, head + (phrases("more") if rest else ""))
        return Turn(reply, replace(memory, rest=rest))
    if memory.shown < len(memory.choices):
        return lists.show("", Outcome.COMMAND, services, memory)
    return _next(memory, services) or Turn(Reply(Outcome.COMMAND, phrases("more_none")), memory)


def _next(memory: Memory, services: Services) -> Turn | None:
    """The answer a member may want next, of the case just told; None when all of it is told."""
    library = services.library
    last = library.entry(memory.entry_id)
    coming = library.related(last, limit=len(library.entries)) if last else ()
    entry = next((entry for entry in coming if entry.id not in memory.told), None)
    return answer.tell(entry, services).going_on_from(memory) if entry else None


def picked(text: str, memory: Memory, services: Services) -> str | Turn | None:
    """What a number stands for on the last list: the text it says; a Turn that explains when it stands for nothing
    there.

    None when the message picks nothing.
    """
    position = services.language.position(text)
    if position is None and memory.choices:
        position = services.language.position(without(text, services.cues.filler))  # "and the second?"
    if position is None:
        return _picked_by_place(text, memory, services)
    if position <= len(memory.choices):
        return memory.choices[position - 1].says
    count = len(memory.choices)
    key = "choice_out_of_range" if count else "choice_expired"
    return Turn(Reply(Outcome.COMMAND, services.phrases(key, count=count)), memory)


def _picked_by_place(text: str, memory: Memory, services: Services) -> str | None:
    """What the only line stands for that names the place the message consists of, while the list is the last word."""
    named = services.matcher.index.places.named_in(fold(text))
    if memory.entry_id or not named or not services.cues.asks_nothing(text, named):
        return None
    lines = [choice for choice in memory.choices if any(name in fold(choice.label) for name in named)]
    return lines[0].says if len(lines) == 1 else None
