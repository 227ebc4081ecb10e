"""Answer a question from the corpus, offer a choice when unsure, or say that there is no answer."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from content.entries import Entry
from content.matching import Answer, Choices, Elsewhere, Match, Miss, Several, Verdict
from content.text import fold
from handlers import answer, lists
from handlers.compare import compared
from handlers.layout import tappable
from handlers.messages import Choice, Memory, Missed, Outcome, Reply, Turn
from handlers.parts import told_apart
from handlers.services import Services
from handlers.understand import understand

MIN_QUESTION: Final = 2  # characters; a lone one says nothing
MAX_QUESTION: Final = 300  # a minute of dictation; what is longer is a pasted document or rubbish


def tapped(text: str, memory: Memory, services: Services) -> Turn | None:
    """The answer to a standard question sent to the letter, as a tap on its line does: whatever was talked of, it means
    that entry, so nothing is searched. None for any other text.
    """
    entry = services.library.entry_asked(text)
    return answer.tell(entry, services).going_on_from(memory) if entry else None


def ask(text: str, memory: Memory, services: Services) -> Turn:
    """Search the corpus for what the member wrote and act on the verdict."""
    if not _says_something(services.language.normalise(text)):
        return Turn(Reply(Outcome.FALLBACK, services.phrases("unclear")), memory)
    understood = understand(text, memory, services)
    entries = compared(text, memory, services) or told_apart(text, understood, memory, services)
    turn = answer.tell_each(entries, services) if entries else _act(text, understood.verdict, memory, services)
    return turn.going_on_from(memory)


def _says_something(question: str) -> bool:
    """Whether a normalised question can be one: neither too short nor too long, and not a number alone."""
    return MIN_QUESTION <= len(question) <= MAX_QUESTION and any(map(str.isalpha, question))


def _act(text: str, verdict: Verdict, memory: Memory, services: Services) -> Turn:
    match verdict:
        case Answer(found, also, others):
            return answer.tell(found.entry, services, [match.entry for match in also], lines(others))
        case Choices(matches):
            return did_you_mean(matches, services)
        case Several(matches, overview):
            return which(matches, overview, services)
        case Elsewhere(found, named):
            return elsewhere(found, named, services)
        case Miss(nearest):
            return no_answer(text, nearest, memory, services)


def did_you_mean(matches: tuple[Match, ...], services: Services) -> Turn:
    """Up to three different questions to tap or to pick by number."""
    choices = lines(matches)
    heading = services.phrases("choices" if len(choices) > 1 else "choice_one")
    memory = Memory(cases=cases_of((match.entry for match in matches), services))
    after = services.phrases("choices_after")
    return lists.offer(heading, choices, Outcome.CHOICES, services, after=after, memory=memory)


def cases_of(entries: Iterable[Entry], services: Services) -> tuple[str, ...]:
    """Ids of the cases these entries are about, each once."""
    return tuple(dict.fromkeys(case for entry in entries for case in services.library.about(entry)))


def which(matches: tuple[Match, ...], overview: Entry | None, services: Services) -> Turn:
    """Several cases fit: what is known of them together, and a line a case to tap or to pick by number."""
    heading = services.phrases("several")
    if overview:
        heading = f"{overview.answer}\n\n{heading}"
    memory = Memory(cases=cases_of((match.entry for match in matches), services))
    after = services.phrases("choices_after")
    return lists.offer(heading, lines(matches), Outcome.CHOICES, services, after=after, memory=memory)


def elsewhere(found: Match, named: str, services: Services) -> Turn:
    """The practice asked about belongs to another place: say so, and offer what there is of it."""
    case = found.entry.case
    heading = services.phrases("elsewhere", named=named, place=case.place.city, title=case.title)
    memory = Memory(cases=services.library.about(found.entry))
    choices = [Choice(label(found.entry), found.entry.question)]
    return lists.offer(heading, choices, Outcome.CHOICES, services, memory=memory)


def lines(matches: Iterable[Match]) -> list[Choice]:
    """A line a match; tapping it asks the entry's standard question."""
    return [Choice(label(match.entry), match.entry.question) for match in matches]


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
    ways_on = [*_theme_of(text, services), phrases("miss_after", **buttons)]
    reply = Reply(Outcome.FALLBACK, "\n".join([sorry, "", *ways_on]))
    missed = Missed(text, tuple(match.entry.id for match in nearest))
    return Turn(reply, replace(memory, misses=memory.misses + 1), (missed,))


def _theme_of(text: str, services: Services) -> list[str]:
    """A line that leads to what there is on the theme the message names; none when it names none."""
    said = fold(text)
    named = [
        (len(fold(name)), family.overview)
        for family in services.library.families
        for name in family.names
        if family.overview and fold(name) in said
    ]
    if not named:
        return []
    _, overview = max(named, key=lambda pair: pair[0])
    return [services.phrases("miss_theme", theme=tappable(Choice(overview.question, overview.question)))]
