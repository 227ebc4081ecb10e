"""有用 and 没用: what members think of the last answer."""

from handlers import lists
from handlers.messages import Choice, Memory, Outcome, Rated, Reply, Turn
from handlers.services import Services

REASONS = ("reason_wrong", "reason_unclear", "reason_outdated")


def rate(useful: bool, memory: Memory, services: Services) -> Turn:
    """Note the verdict on the last answer; ask why when it did not help."""
    phrases = services.phrases
    if not memory.entry_id:
        return Turn(Reply(Outcome.COMMAND, phrases("rated_nothing")), memory)
    rated = Rated(memory.entry_id, useful)
    if useful:
        return Turn(Reply(Outcome.COMMAND, phrases("rated_useful")), memory, (rated,))
    choices = [Choice(phrases(reason), phrases(reason)) for reason in REASONS]
    turn = lists.offer(phrases("rated_useless"), choices, Outcome.COMMAND, services, memory=memory)
    return Turn(turn.reply, turn.memory, (rated,))


def reason(text: str, memory: Memory, services: Services) -> Turn | None:
    """Note why the last answer did not help, when the message is one of the reasons offered."""
    given = next((key for key in REASONS if text.strip() == services.phrases(key)), None)
    if given is None or not memory.entry_id:
        return None
    rated = Rated(memory.entry_id, useful=False, reason=given.removeprefix("reason_"))
    return Turn(Reply(Outcome.COMMAND, services.phrases("reason_thanks")), memory, (rated,))
