"""Messages known to be out of scope, and what comes close to them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from content import language, library, wording
from content.entries import Case, Entry, Place, Source
from content.language import Language
from content.lint import answered_outside
from content.matching import Index, Matcher, scorer
from content.matching.meaning import Meanings, Space
from content.matching.outside import Outside
from content.matching.terms import Floats
from content.text import Normaliser

KNOWN = ["党费一个月交多少", "转正要等多久"]
DATA = wording.DATA / "outside.txt"


def test_the_closest_known_message_counts_and_itself_most() -> None:
    outside = Outside(KNOWN)

    (same,), (near,), (far,) = (outside.closeness(text) for text in (KNOWN[0], "党费每月交多少", "村里修路"))

    assert same == pytest.approx(1, abs=1e-5)
    assert same > near > far == 0


def test_a_message_learnt_from_does_not_count_as_its_own_neighbour() -> None:
    outside = Outside(KNOWN)

    (alone,) = outside.closeness(KNOWN[0], as_new=True)

    assert 0 < alone < 0.5  # the other message shares a character


def test_nothing_is_close_where_nothing_is_known() -> None:
    assert Outside([]).closeness("党费一个月交多少").tolist() == [0]
    assert Outside([]).closest("党费一个月交多少") == ("", 0)


def test_the_closest_message_can_be_shown() -> None:
    message, closeness = Outside(KNOWN).closest("转正等多久")

    assert message == KNOWN[1]
    assert closeness == pytest.approx(float(Outside(KNOWN).closeness("转正等多久")[0]))


def test_lines_that_say_the_same_or_nothing_do_no_harm() -> None:
    known = Outside([KNOWN[0], KNOWN[0], "", KNOWN[1]])

    assert known.closeness(KNOWN[1])[0] == pytest.approx(1, abs=1e-5)
    assert known.closeness(KNOWN[1], as_new=True)[0] < 1


def test_the_lines_of_the_file_are_known_to_the_index(tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("# 说明\n\n党费一个月交多少？\n", encoding="utf-8")
    spoken = language.load(wording.DATA / "synonyms.yaml", outside=tmp_path / "outside.txt")
    entry = Entry("a", Case("a", "甲", Place("某地"), Source("a.txt", 1, 2)), "党日多久", (), "答。", ((1, 2),))

    assert Index([entry], spoken).outside.closeness("党费一个月交多少")[0] == pytest.approx(1, abs=1e-5)


def test_a_line_added_makes_what_it_says_less_likely_to_be_answered() -> None:
    entry = Entry("a", Case("a", "甲", Place("某地"), Source("a.txt", 1, 2)), "党日多久一次", (), "答。", ((1, 2),))
    without, knowing = (
        Matcher(Index([entry], Language(Normaliser(), {}, {}, outside=lines)), scorer.load())
        for lines in ((), ("党日迟到扣几分",))
    )

    question = "党日迟到要扣几分"
    assert knowing.search(question).chances.possible < without.search(question).chances.possible
    assert knowing.search("党日多久一次").confidence == 1


def test_nothing_the_corpus_answers_is_listed_as_out_of_scope() -> None:
    assert answered_outside(library.load(wording.DATA), DATA) == []


def test_a_line_the_corpus_answers_is_found_by_its_number(tmp_path: Path) -> None:
    entry = library.load(wording.DATA).entries[0]
    path = tmp_path / "outside.txt"
    path.write_text(f"# {entry.question}\n\n党费交多少\n{entry.question}\n", encoding="utf-8")

    (problem,) = answered_outside(library.load(wording.DATA), path)

    assert (problem.line, problem.kind, dict(problem.about)["id"]) == (4, "answered_outside", entry.id)


class Openings:
    """An encoder that knows two directions: what begins with 党, and the rest."""

    name = "openings"

    def corpus(self, texts: Sequence[str]) -> Floats:
        return np.array([[text[0] == "党", text[0] != "党"] for text in texts], dtype=np.float32)

    def question(self, text: str) -> Floats:
        vector: Floats = self.corpus([text])[0]
        return vector


def test_closeness_is_one_number_by_characters_and_a_second_by_meaning() -> None:
    axes = np.eye(2, dtype=np.float32)
    meanings = Meanings(Openings(), Space(np.zeros(2, np.float32), axes, axes), ["党日"], np.array([0, 1]), ["党日"])

    found = Outside(KNOWN, meanings).closeness("甲", np.array([0.6, 0.8], dtype=np.float32))

    assert found.tolist() == pytest.approx([0, 0.8], abs=1e-5)
