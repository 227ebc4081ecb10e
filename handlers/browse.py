"""Look things up without asking: the catalogue by place, then case, then question; and what others ask most."""

from collections.abc import Iterable

from content.cues import without
from content.entries import Case, Entry
from content.text import fold
from handlers import lists
from handlers.ask import label
from handlers.messages import Choice, Memory, Outcome, Reply, Turn
from handlers.services import Services
from handlers.understand import likes_at


def catalogue(services: Services) -> Turn:
    """All places, in the order of a dictionary."""
    word = services.phrases("menu_catalogue")
    choices = [
        Choice(f"{city}（{len(cases)}）", f"{word} {city}")
        for city, cases in sorted(services.library.cases_by_city.items(), key=_by_sound)
    ]
    return lists.offer(services.phrases("catalogue"), choices, Outcome.COMMAND, services)


def _by_sound(named: tuple[str, object]) -> bytes:
    """Sorts names as a dictionary does: GB 18030 has the characters of names in the order of their pinyin."""
    return named[0].encode("gb18030")


def catalogue_of(name: str, services: Services) -> Turn:
    """The cases of a place, or the questions of a case; `name` is folded."""
    if cases := services.library.cases_of_place(name):
        heading = services.phrases("catalogue_place", place=cases[0].place.city)
        return lists.offer(heading, case_choices(cases, services), Outcome.COMMAND, services)
    for case in services.library.cases:
        if name in (fold(f"{case.place.city}{case.title}"), fold(case.title)):
            return questions_of(case, services)
    return Turn(Reply(Outcome.COMMAND, services.phrases("catalogue_unknown", name=name)))


def case_choices(cases: Iterable[Case], services: Services) -> list[Choice]:
    """One line a case; tapping it lists the case's questions."""
    word = services.phrases("menu_catalogue")
    return [Choice(case.title, f"{word} {case.place.city}{case.title}") for case in cases]


def questions_of(case: Case, services: Services) -> Turn:
    """Every question of a case."""
    heading = services.phrases("catalogue_case", title=case.title, place=case.place.city)
    entries = services.library.entries_by_case[case.id]
    memory = Memory(cases=(case.id,))
    return lists.offer(heading, question_choices(entries), Outcome.COMMAND, services, memory=memory)


def question_choices(entries: Iterable[Entry]) -> list[Choice]:
    """One line an entry; tapping it asks its standard question."""
    return [Choice(label(entry), entry.question) for entry in entries]


def place_alone(text: str, memory: Memory, services: Services) -> Turn | None:
    """A member who sends just a place name is shown what there is of it; "and Jingmen?" after an answer that the place
    has a like of asks on.
    """
    library = services.library
    said = (services.language.normalise(text), without(text, services.cues.filler))
    name = next((name for name in said if library.cases_of_place(name)), "")
    cases = library.cases_of_place(name)
    ids = tuple(case.id for case in cases)
    if not cases or (name != fold(text) and likes_at(ids, text, memory, services)):
        return None
    heading = services.phrases("place_cases", place=name)
    memory = Memory(cases=ids)
    return lists.offer(heading, case_choices(cases, services), Outcome.CHOICES, services, memory=memory)


def popular(memory: Memory, services: Services) -> Turn:
    """What members ask most; the editors' selection fills up what is missing."""
    library = services.library
    asked = [entry for entry_id in services.popular() if (entry := library.entry(entry_id))]
    entries = list(dict.fromkeys([*asked, *library.featured]))[:5]
    after = services.phrases("popular_after")
    return lists.offer(
        services.phrases("popular"), question_choices(entries), Outcome.COMMAND, services, after=after, memory=memory
    )
