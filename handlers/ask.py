"""Answer a question from the corpus, offer a choice when unsure, or say that there is no answer."""

from dataclasses import replace
from typing import Final

from content.entries import Entry
from content.matching import Answer, Choices, Elsewhere, Match, Miss, decide
from content.text import fold
from handlers import answer, lists
from handlers.layout import tappable
from handlers.messages import Choice, Memory, Missed, Outcome, Reply, Turn
from handlers.services import Services

MIN_QUESTION: Final = 2  # characters; a lone one says nothing


def ask(text: str, memory: Memory, services: Services) -> Turn:
    """Search the corpus for what the member wrote and act on the verdict."""
    if len(services.language.normalise(text)) < MIN_QUESTION:
        return Turn(Reply(Outcome.FALLBACK, services.phrases("unclear")), memory)
    search = services.matcher.search(text)
    match decide(search, services.matcher.cutoffs):
        case Answer(found, also):
            return answer.tell(found.entry, services, also.entry if also else None)
        case Choices(matches):
            return did_you_mean(matches, services)
        case Elsewhere(found, named):
            return elsewhere(found, named, services)
        case Miss(nearest):
            return no_answer(text, nearest, memory, services)


def did_you_mean(matches: tuple[Match, ...], services: Services) -> Turn:
    """Up to three different questions to tap or to pick by number."""
    choices = [Choice(label(match.entry), match.entry.question) for match in matches]
    heading = services.phrases("choices" if len(choices) > 1 else "choice_one")
    return lists.offer(heading, choices, Outcome.CHOICES, services, after=services.phrases("choices_after"))


def elsewhere(found: Match, named: str, services: Services) -> Turn:
    """The practice asked about belongs to another place: say so, and offer what there is of it."""
    case = found.entry.case
    heading = services.phrases("elsewhere", named=named, place=case.place.city, title=case.title)
    return lists.offer(heading, [Choice(label(found.entry), found.entry.question)], Outcome.CHOICES, services)


def label(entry: Entry) -> str:
    """The standard question, with the place before it when the question itself does not name it."""
    folded = fold(entry.question)
    if any(fold(name) in folded for name in entry.case.place.names):
        return entry.question
    return f"（{entry.case.place.city}）{entry.question}"


def no_answer(text: str, nearest: tuple[Match, ...], memory: Memory, services: Services) -> Turn:
    """Say so, offer what there is, and note the question for the editors."""
    if (hinted := services.small_talk.hinted(text)) is not None:
        return Turn(Reply(Outcome.SMALLTALK, hinted), memory)
    phrases = services.phrases
    sorry = phrases("miss_again" if memory.misses else "miss")
    buttons = {
        key: tappable(Choice(phrases(f"menu_{key}"), phrases(f"menu_{key}"))) for key in ("popular", "catalogue")
    }
    reply = Reply(Outcome.FALLBACK, f"{sorry}\n\n{phrases('miss_after', **buttons)}")
    missed = Missed(text, tuple(match.entry.id for match in nearest))
    return Turn(reply, replace(memory, misses=memory.misses + 1), (missed,))
