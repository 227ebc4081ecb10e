"""Tell a member the answer to an entry: the answer, its source, what to ask next, and whether it helped."""

from collections.abc import Sequence
from typing import Final

from content.entries import Entry
from content.text import fold
from content.wording import Wording
from handlers import layout
from handlers.messages import Answered, Choice, Memory, Outcome, Reply, Turn
from handlers.services import Services

MOST_RELATED: Final = 3  # questions offered below an answer
MOST_ELSEWHERE: Final = 3  # of them about other cases, when the question fits those too


def tell(entry: Entry, services: Services, also: Sequence[Entry] = (), elsewhere: Sequence[Choice] = ()) -> Turn:
    """The reply to a question this entry answers, or this and others of the same case together.

    Args:
        also: the others.
        elsewhere: what other cases have to say; some of them are offered, and of this case only one question more.

    Which question is being answered stands below the answer, so that a member sees when it was not theirs. What
    does not fit waits for "更多".
    """
    phrases = services.phrases
    told = [entry, *also]
    far = list(elsewhere)[:MOST_ELSEWHERE]
    related = [other for other in services.library.related(entry, limit=4) if other not in told]
    near = [Choice(other.question, other.question) for other in related[: 1 if far else MOST_RELATED]]
    choices = far + near
    source = "\n".join([phrases("answered", question=entry.question), source_line(entry, phrases)])
    if services.public_url:
        source += "\n" + phrases("large_print", url=f"{services.public_url}/a/{entry.id}")
    if not far:
        source += "".join(f"\n{line}" for line in _namesakes(entry, services))
    verdict = "　".join(layout.tappable(Choice(phrases(key), phrases(key))) for key in ("useful", "useless"))

    whole = "\n\n".join(
        [entry.answer, *(phrases("also", question=other.question, answer=other.answer) for other in also)]
    )
    head, rest = layout.split(whole, layout.MAX_BYTES - layout.size(source + verdict) - 60)
    body = head + (phrases("more") if rest else "")
    headings = [phrases("also_elsewhere"), phrases("related")] if far else [phrases("related")]
    room = layout.MAX_BYTES - layout.size("\n\n".join([body, source, *headings, verdict])) - 8
    lines = layout.fitting(layout.numbered(choices), room)

    lists = [lines[: len(far)], lines[len(far) :]] if far else [lines]
    offered = ["\n".join([heading, *some]) for heading, some in zip(headings, lists, strict=False) if some]
    parts = [body, source, *offered, verdict]
    memory = Memory(
        choices=tuple(choices[: len(lines)]),
        shown=len(lines),
        entry_id=entry.id,
        cases=services.library.about(entry),
        told=tuple(other.id for other in told),
        rest=rest,
    )
    return Turn(Reply(Outcome.ANSWER, "\n\n".join(parts)), memory, (Answered(entry.id),))


def tell_each(entries: Sequence[Entry], services: Services) -> Turn:
    """Several answers in one message, each between its question and its source. What does not fit waits for "更多"."""
    phrases = services.phrases
    whole = "\n\n".join(
        phrases("each", question=entry.question, answer=entry.answer, source=source_line(entry, phrases))
        for entry in entries
    )
    head, rest = layout.split(whole, layout.MAX_BYTES - layout.size(phrases("more")))
    memory = Memory(
        entry_id=entries[-1].id,
        cases=tuple(dict.fromkeys(case for entry in entries for case in services.library.about(entry))),
        told=tuple(entry.id for entry in entries),
        rest=rest,
    )
    notes = tuple(Answered(entry.id) for entry in entries)
    return Turn(Reply(Outcome.ANSWER, head + (phrases("more") if rest else "")), memory, notes)


def _namesakes(entry: Entry, services: Services) -> list[str]:
    """A line that names where else there is a practice of the name the entry speaks of; none when there is not."""
    library, said = services.library, fold(entry.question + entry.answer)
    for family in library.families:
        others = [case for case in family.cases if case != entry.case.id]
        if family.namesakes and family.overview and len(others) < len(family.cases) and fold(family.name) in said:
            cities = dict.fromkeys(library.entries_by_case[case][0].case.place.city for case in others)
            places = services.phrases("and").join(city for city in cities if city != entry.case.place.city)
            link = layout.tappable(Choice(family.name, family.overview.question))
            return [services.phrases("namesakes", places=places, name=link)] if places else []
    return []


def source_line(entry: Entry, phrases: Wording) -> str:
    """Where the answer comes from: place, title of the case, and as of when."""
    case = entry.case
    return phrases("source", place=case.place.city, title=case.title, as_of=_as_of(case.as_of, phrases))


def _as_of(stated: str, phrases: Wording) -> str:
    """A year (2018) or month (2018-10) in words; a document that states none is said to state none."""
    if not stated:
        return phrases("as_of_unknown")
    year, _, month = stated.partition("-")
    return phrases("as_of_month", year=year, month=month.lstrip("0")) if month else phrases("as_of_year", year=year)
