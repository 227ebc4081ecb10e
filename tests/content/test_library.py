"""What editors get wrong in a case file, and how they are told: file, line, and all of it at once."""

from pathlib import Path
from textwrap import dedent

import pytest

from bot import wiring
from content import library
from content.files import ContentError

GOOD = """\
case:
  id: somewhere-thing
  title: 某事
  place: {city: 某地, aliases: [某地市]}
  source: {file: a.txt, lines: [1, 9]}
  as_of: 2019
entries:
  - id: somewhere-thing-overview
    question: 某地的某事是什么？
    phrasings:
      - 某事 介绍
      - 某地搞的啥
    answer: 是某件事，每月一次，由某地的支部来做，材料没有说更多。
    lines: [2, 3]
  - id: somewhere-thing-when
    question: 某事在哪天？
    phrasings: [某事 时间]
    answer: 每月五日，由支部安排，遇到节假日顺延，材料没有说更多。
"""


def write(folder: Path, text: str, name: str = "somewhere/thing.yaml") -> Path:
    path = folder / "faq" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")
    return path


def problems(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(ContentError) as caught:
        library.load(folder)
    return [(problem.path.name, problem.line, problem.kind) for problem in caught.value.problems]


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    write(tmp_path, GOOD)

    loaded = library.load(tmp_path)

    entry = loaded.entries[0]
    assert entry.case.place.names == ("某地", "某地市")
    assert (entry.case.as_of, entry.lines, entry.overview) == ("2019", ((2, 3),), True)
    assert entry.wordings == ("某地的某事是什么？", "某事 介绍", "某地搞的啥")
    assert loaded.entries[1].lines == ((1, 9),), "without lines of its own an entry is proven by the whole case"


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    write(tmp_path, "\ufeff" + GOOD)

    assert len(library.load(tmp_path).entries) == 2


def test_a_place_may_be_just_its_name(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("{city: 某地, aliases: [某地市]}", "某地"))

    assert library.load(tmp_path).cases[0].place.names == ("某地",)


@pytest.mark.parametrize(
    ("old", "new", "line", "kind"),
    [
        ("  title: 某事\n", "", 2, "missing_key"),
        ("  title: 某事", "  titel: 某事", 3, "unknown_key"),
        ("  as_of: 2019", "  as_of: 去年", 6, "bad_as_of"),
        ("lines: [1, 9]", "lines: [9, 1]", 5, "bad_lines"),
        ("lines: [1, 9]", "lines: [1, x]", 5, "not_a_number"),
        ("id: somewhere-thing-when", "id: Some Thing", 15, "bad_id"),
        ("id: somewhere-thing-when", "id: somewhere-thing-overview", 15, "id_twice"),
        ("phrasings: [某事 时间]", "phrasings: [某地搞的啥？]", 17, "wording_twice"),
        ("phrasings: [某事 时间]", "phrasings: ['……']", 17, "says_nothing"),
        ("phrasings: [某事 时间]", f"phrasings: [{'长' * 61}]", 17, "question_too_long"),
        ("phrasings: [某事 时间]", "phrasings: {a: b}", 17, "not_a_list"),
        ("answer: 每月五日，由支部安排，遇到节假日顺延，材料没有说更多。", "answer: ''", 18, "empty_text"),
        (
            "answer: 每月五日，由支部安排，遇到节假日顺延，材料没有说更多。",
            f"answer: {'长' * 600}",
            18,
            "answer_too_long",
        ),
        ("answer: 每月五日，由支部安排，遇到节假日顺延，材料没有说更多。", "answer: [1]", 18, "not_a_text"),
        ("    question: 某事在哪天？", "    question: 某事在哪天？\n    related: [nobody]", 17, "unknown_related"),
        ("    question: 某事在哪天？", "    question: 某事在哪天？\n    question: 再问一次", 17, "key_twice"),
    ],
)
def test_a_mistake_is_reported_with_its_line(tmp_path: Path, old: str, new: str, line: int, kind: str) -> None:
    assert old in GOOD
    write(tmp_path, GOOD.replace(old, new, 1))

    assert ("thing.yaml", line, kind) in problems(tmp_path)


def test_all_mistakes_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("2019", "去年"))
    write(tmp_path, GOOD.replace("somewhere", "elsewhere"), "elsewhere/thing.yaml")

    found = problems(tmp_path)

    assert ("thing.yaml", 6, "bad_as_of") in found
    assert [kind for _, _, kind in found].count("wording_twice") == 5


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "empty_file"),
        ("a: [1\nb: 2", "not_yaml"),
        ("- 1\n- 2", "not_a_mapping"),
        ("case: {}\nentries: 1", "not_a_list"),
    ],
)
def test_a_file_that_is_no_case_is_reported(tmp_path: Path, text: str, kind: str) -> None:
    write(tmp_path, text)

    assert kind in [found for _, _, found in problems(tmp_path)]


def test_a_file_in_another_encoding_is_reported_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, "x").write_bytes("case:\n  id: 某地".encode("gbk"))

    assert problems(tmp_path) == [("thing.yaml", 2, "not_utf8")]


def test_an_empty_folder_is_reported(tmp_path: Path) -> None:
    assert problems(tmp_path) == [("faq", 0, "no_cases")]


def test_every_kind_of_problem_has_its_sentence_for_editors(tmp_path: Path) -> None:
    say = wiring.console()
    broken = GOOD.replace("2019", "去年").replace("[1, 9]", "[9, 1]").replace("id: somewhere-thing-when", "id: X")
    write(tmp_path, broken)

    with pytest.raises(ContentError) as caught:
        library.load(tmp_path)

    for problem in caught.value.problems:
        assert say(f"problem_{problem.kind}", **dict(problem.about))


def test_related_questions_are_the_editors_choice_then_what_follows(tmp_path: Path) -> None:
    third = """\
  - id: somewhere-thing-who
    question: 谁来做某事？
    phrasings: [某事 谁]
    answer: 由支部的党员来做，材料没有说更多。
    related: [somewhere-thing-when]
"""
    write(tmp_path, GOOD + third)
    loaded = library.load(tmp_path)
    overview, when, who = loaded.entries

    assert loaded.related(overview) == (when, who)
    assert loaded.related(when) == (who, overview)
    assert loaded.related(who) == (when, overview)
