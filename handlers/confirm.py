"""Ask once before something is done that others will notice, and hear the answer."""

from collections.abc import Sequence
from dataclasses import replace

from content.language import Spoken
from content.text import fold
from handlers import lists
from handlers.messages import BLANK, Choice, Memory, Outcome, Pending, Reply, Turn
from handlers.services import Services


def ask(question: str, act: str, what: str, about: Sequence[str], services: Services) -> Turn:
    """Ask for a confirmation.

    Args:
        act: names a handler in `branch.BY_ANYONE` or `branch.BY_SECRETARY`.
        what: what will be done, in a few words; stands on the line that confirms it.
        about: what the handler needs.
    """
    phrases = services.phrases
    says = phrases("confirm_says", what=what)
    choices = [Choice(phrases("confirm_yes", what=what), says), Choice(phrases("confirm_no"), phrases("confirm_no"))]
    turn = lists.offer(question, choices, Outcome.COMMAND, services)
    return replace(turn, memory=replace(turn.memory, pending=Pending(act, says, tuple(about))))


def answered(text: str, memory: Memory, services: Services) -> Pending | Turn | None:
    """What the message confirms; a Turn that says why it confirms nothing; None when it is no answer at all.

    A tap on the confirming line names what it confirms and counts for ten minutes; a plain yes or no only right after
    the question.
    """
    pending, phrases = memory.pending, services.phrases
    if text.startswith(phrases("confirm_says", what="")):
        if pending and text == pending.says:
            return pending
        return None if services.language.is_question(text) else _done(phrases("confirm_over"))
    if pending is None or not pending.fresh or not pending.says:
        return None
    spoken = services.language.spoken(text)
    if spoken and spoken.command == "no":
        return _done(phrases("confirm_declined"))
    return pending if spoken and _agrees(spoken, pending) else None


def _agrees(spoken: Spoken, pending: Pending) -> bool:
    """Whether it is a yes, alone or with words of what was asked: "对，退出"."""
    return spoken.command == "yes" and fold(spoken.more) in fold(pending.says)


def heard(memory: Memory, before: Memory) -> Memory:
    """The memory after a turn: what was asked before it is no longer the bot's last word."""
    if memory.pending is None or memory.pending is not before.pending:
        return memory
    return replace(memory, pending=replace(memory.pending, fresh=False))


def _done(text: str) -> Turn:
    return Turn(Reply(Outcome.COMMAND, text), BLANK)
