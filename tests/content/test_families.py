"""What stands above single entries: families of cases, and the library of a day."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot import wiring
from content import library
from content.files import ContentError
from content.library import Library
from tests.content.test_library import GOOD, problems, write

OTHER = GOOD.replace("somewhere", "elsewhere").replace("某", "另")
THIRD = GOOD.replace("somewhere", "nowhere").replace("某", "无")
FAMILY = """\
everywhere: 各地
families:
  - id: family-thing
    name: 那种事
    words: [那事]
    namesakes: true
    cases: [somewhere-thing, elsewhere-thing]
    question: 哪些地方有那种事？
    phrasings: [那种事 哪里有]
    answer: 有两处：某地和另地。
"""
DAY = date(2026, 11, 21)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, GOOD)
    write(tmp_path, OTHER, "elsewhere/thing.yaml")
    return tmp_path


def family(folder: Path, text: str) -> Path:
    (folder / "families.yaml").write_text(text, encoding="utf-8")
    return folder


class TestFamilies:
    def test_a_family_is_read_whole(self, folder: Path) -> None:
        (read,) = library.load(family(folder, FAMILY)).families

        assert (read.id, read.names, read.namesakes) == ("family-thing", ("那种事", "那事"), True)
        assert read.cases == ("somewhere-thing", "elsewhere-thing")
        assert read.overview
        assert read.overview.wordings == ("哪些地方有那种事？", "那种事 哪里有")
        assert (read.overview.case.place.city, read.overview.lines) == ("各地", ())

    def test_its_overview_is_an_entry_of_no_case_that_is_found_among_all_entries(self, folder: Path) -> None:
        loaded = library.load(family(folder, FAMILY))

        overview = loaded.entry("family-thing")

        assert overview
        assert overview not in loaded.entries
        assert loaded.all_entries == (*loaded.entries, overview)
        assert len(loaded.cases) == 2
        assert loaded.related(overview) == ()

    def test_without_an_answer_or_without_a_file_there_is_no_overview(self, folder: Path) -> None:
        assert library.load(folder).families == ()

        loaded = library.load(family(folder, FAMILY[: FAMILY.index("    question")]))

        assert loaded.families[0].overview is None
        assert loaded.all_entries == loaded.entries

    @pytest.mark.parametrize(
        ("old", "new", "line", "kind"),
        [
            ("elsewhere-thing]", "nobody]", 7, "unknown_case"),
            ("elsewhere-thing]", "somewhere-thing-when]", 7, "unknown_case"),
            (", elsewhere-thing]", "]", 3, "family_of_one"),
            ("id: family-thing", "id: somewhere-thing", 3, "id_twice"),
            ("id: family-thing", "id: somewhere-thing-when", 3, "id_twice"),
            ("id: family-thing", "id: Family", 3, "bad_id"),
            ("哪些地方有那种事？", "某事在哪天", 8, "wording_twice"),
            ("[那种事 哪里有]", "[哪些地方有那种事]", 9, "wording_twice"),
            ("namesakes: true", "namesakes: 是", 6, "not_a_flag"),
            ("    words: [那事]\n", "    word: [那事]\n", 5, "unknown_key"),
            ("    name: 那种事\n", "", 3, "missing_key"),
            ("    question: 哪些地方有那种事？\n", "", 3, "says_nothing"),
            ("有两处", "长" * 600, 10, "answer_too_long"),
            ("everywhere: 各地\n", "", 1, "missing_key"),
            (FAMILY, "", 0, "empty_file"),
        ],
    )
    def test_a_mistake_is_reported_with_its_line(self, folder: Path, old: str, new: str, line: int, kind: str) -> None:
        assert old in FAMILY

        assert problems(family(folder, FAMILY.replace(old, new, 1))) == [("families.yaml", line, kind)]

    def test_a_case_named_twice_makes_no_family(self, folder: Path) -> None:
        found = problems(family(folder, FAMILY.replace("elsewhere-thing]", "somewhere-thing]")))

        assert ("families.yaml", 3, "family_of_one") in found

    def test_every_problem_has_its_sentence_for_editors(self, folder: Path) -> None:
        say = wiring.console()
        broken = (
            FAMILY.replace("elsewhere-thing]", "nobody]").replace("true", "是").replace("那种事 哪里有", "某事在哪天")
        )

        with pytest.raises(ContentError) as caught:
            library.load(family(folder, broken))

        sentences = [say(f"problem_{problem.kind}", **dict(problem.about)) for problem in caught.value.problems]
        assert len(sentences) == 3


class TestOfADay:
    """`GOOD` with a second entry that is valid from the 20th to the 22nd."""

    @pytest.fixture
    def loaded(self, folder: Path) -> Library:
        write(folder, GOOD + "    valid_from: 2026-11-20\n    valid_to: 2026-11-22\n")
        write(folder, THIRD.replace("phrasings", "valid_to: 2026-11-22\n    phrasings"), "nowhere/thing.yaml")
        (folder / "featured.yaml").write_text("[somewhere-thing-when, elsewhere-thing-when]", encoding="utf-8")
        text = FAMILY + "  - {id: family-rest, name: 旧事, cases: [nowhere-thing, elsewhere-thing]}\n"
        return library.load(family(folder, text))

    @pytest.mark.parametrize(("day", "is_there"), [(19, False), (20, True), (21, True), (22, True), (23, False)])
    def test_an_entry_is_there_from_its_first_day_to_its_last(self, loaded: Library, day: int, is_there: bool) -> None:
        valid = loaded.on(date(2026, 11, day))

        assert (valid.entry("somewhere-thing-when") is not None) is is_there
        assert valid.entry("somewhere-thing-overview")

    def test_a_library_with_nothing_out_of_date_is_the_same_one(self, loaded: Library) -> None:
        assert loaded.on(DAY) is loaded

    def test_a_case_without_entries_goes_and_so_does_a_family_of_one(self, loaded: Library) -> None:
        after = loaded.on(DAY + timedelta(days=2))

        assert [case.id for case in after.cases] == ["elsewhere-thing", "somewhere-thing"]
        assert [family.id for family in after.families] == ["family-thing"]
        assert after.cases_of_place("无地") == ()
        assert after.entry("family-thing")

    def test_what_is_out_of_date_is_neither_featured_nor_related(self, loaded: Library) -> None:
        after = loaded.on(DAY + timedelta(days=2))

        assert [entry.id for entry in after.featured] == ["elsewhere-thing-when"]
        assert after.related(after.entries_by_case["somewhere-thing"][0]) == ()

    def test_a_link_to_what_is_out_of_date_leads_to_what_follows_instead(self, folder: Path) -> None:
        linked = OTHER.replace("    lines: [2, 3]", "    related: [somewhere-thing-when]")
        write(folder, linked, "elsewhere/thing.yaml")
        write(folder, GOOD + "    valid_to: 2026-11-20\n")
        loaded = library.load(folder)

        def next_questions(valid: Library) -> list[str]:
            overview = valid.entries_by_case["elsewhere-thing"][0]
            return [entry.id for entry in valid.related(overview)]

        assert next_questions(loaded) == ["somewhere-thing-when", "elsewhere-thing-when"]
        assert next_questions(loaded.on(DAY)) == ["elsewhere-thing-when"]

    def test_an_end_before_the_beginning_is_a_mistake(self, folder: Path) -> None:
        write(folder, GOOD + "    valid_from: 2026-11-22\n    valid_to: 2026-11-21\n")

        assert problems(folder) == [("thing.yaml", 20, "ends_before_it_begins")]
