"""Comparisons: two practices asked about in one breath ("how do A's points differ from B's?")."""

from collections.abc import Collection
from typing import Final

from content.entries import Entry
from content.text import fold
from handlers.messages import Memory
from handlers.services import Services
from handlers.understand import cases_at

MOST: Final = 3  # practices side by side; more do not fit into a message


def compared(text: str, memory: Memory, services: Services) -> tuple[Entry, ...]:
    """What tells of the practices a message compares, one entry each; none when it compares nothing, or nothing known.

    Named are either the practices themselves, or their places; beside a single place stands what was talked of last.
    """
    if not services.cues.compares(text):
        return ()
    named = services.matcher.index.places.named_in(services.language.normalise(text))
    cases = _by_name(text, services) or _by_place(text, named, memory, services)
    known = (name for case in services.library.cases if case.id in cases for name in case.names)
    topic = services.cues.topic(text, [*named, *known])
    return tuple(_about(case, topic, services) for case in cases[:MOST]) if len(cases) > 1 else ()


def _about(case_id: str, topic: str, services: Services) -> Entry:
    """What a case has to say on the topic: its overview, unless the topic is only a part of it."""
    overview = services.library.entries_by_case[case_id][0]
    if not topic or topic in fold("".join((*overview.case.names, overview.question))):
        return overview
    inside = services.matcher.search(topic, within=[case_id])
    sure = inside.chances.possible >= services.matcher.cutoffs.possible
    return inside.matches[0].entry if sure else overview


def _by_name(text: str, services: Services) -> list[str]:
    """Ids of the cases whose names stand in the text, if there are at least two."""
    said = fold(text)
    cases = [case.id for case in services.library.cases if any(fold(name) in said for name in case.names)]
    return cases if len(cases) > 1 else []


def _by_place(text: str, named: Collection[str], memory: Memory, services: Services) -> list[str]:
    """Ids of the cases compared, one a place."""
    grounds = [set(cases_at([name], services)) for name in sorted(named, key=text.find)]
    grounds = [ground for number, ground in enumerate(grounds) if ground and ground not in grounds[:number]]
    if len(grounds) == 1 and grounds[0].isdisjoint(memory.cases):
        grounds.insert(0, set(memory.cases))
    if len(grounds) < 2 or not all(grounds):
        return []
    last = services.library.entry(memory.entry_id)
    topic = services.cues.topic(text, named)
    said = fold(topic + (last.question if last else ""))
    return _of_one_family(said, grounds, services) or _of_one_topic(topic, grounds, services)


def _of_one_family(said: str, grounds: list[set[str]], services: Services) -> list[str]:
    """One case a place, all of the family that is named and has the fewest cases."""
    named = [family.cases for family in services.library.families if any(fold(name) in said for name in family.names)]
    for cases in sorted(named, key=len):
        found = [next((case for case in cases if case in ground), "") for ground in grounds]
        if all(found) and len(set(found)) > 1:
            return found
    return []


def _of_one_topic(topic: str, grounds: list[set[str]], services: Services) -> list[str]:
    """The case of each place that has to do with the topic; none unless every place surely has one."""
    searches = [services.matcher.search(topic, within=ground) for ground in grounds] if topic else []
    known = [s.matches[0].entry.case.id for s in searches if s.chances.possible >= services.matcher.cutoffs.possible]
    return known if len(known) == len(grounds) and len(set(known)) > 1 else []
