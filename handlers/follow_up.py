"""Messages that only make sense after the last reply: 更多, and a number picking from a list."""

from dataclasses import replace

from handlers import layout, lists
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
    return Turn(Reply(Outcome.COMMAND, phrases("more_none")), memory)


def picked(text: str, memory: Memory, services: Services) -> str | Turn | None:
    """What a number stands for on the last list: the text it says; a Turn that explains when it stands for nothing
    there.

    None when the message picks nothing.
    """
    position = services.language.position(text)
    if position is None:
        return None
    if position <= len(memory.choices):
        return memory.choices[position - 1].says
    count = len(memory.choices)
    key = "choice_out_of_range" if count else "choice_expired"
    return Turn(Reply(Outcome.COMMAND, services.phrases(key, count=count)), memory)
