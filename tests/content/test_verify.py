"""What is planted in an answer and not in the document is found, each kind for itself."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import library
from content.sources import clean
from content.verify import COPIED_RUN, Runs, unproven_figures, unproven_names, unproven_quotes, verify
from tests.content.test_library import write

DOCUMENT = """\
青山县的学习会
从2016年3月起，全县每月办一次“板凳课堂”，5200名党员参加，参加率达到百分之九十二，由周大山书记讲第一课。
全县投入1.2亿元，修了三十六间活动室，办法写进《板凳课堂规则》，邻近的洛阳市也来学习。
村里的老槐树底下摆着好几条长凳子谁家有事谁先开口大伙儿听完了再一起出主意直到散场。
"""
COPIED = "底下摆着好几条长凳子谁家有事谁先开口大伙儿听完了再一起出主意"
CORPUS = """\
case:
  id: hills-bench
  title: 学习会
  place: {city: 青山, within: [云南], aliases: [青山县]}
  source: {file: a.txt, lines: [1, 4]}
entries:
  - id: hills-bench-overview
    question: 青山的学习会是什么？
    phrasings: [青山 学习会 介绍]
    answer: 2016年3月起每月办一次，叫“板凳课堂”，5200人占92%，周大山讲课；花了1.2亿元，写进《板凳课堂规则》，洛阳也来了
    lines: [[2, 2], [3, 3]]
"""
OTHER = """\
case:
  id: lake-points
  title: 积分制
  place: 南湖
  source: {file: a.txt, lines: [1, 4]}
entries:
  - id: lake-points-overview
    question: 南湖的积分制是什么？
    phrasings: [南湖 积分 介绍]
    answer: 给党员打分。
"""
FAMILY = """\
everywhere: 各地
families:
  - id: family-learning
    name: 学习
    cases: [hills-bench, lake-points]
    question: 哪些地方办学习会？
    phrasings: [学习会 哪里有]
    answer: 有两处：青山叫“板凳课堂”，5200人参加；南湖给党员打分。
"""


def found(
    folder: Path, corpus: str, document: str = DOCUMENT, known: frozenset[str] = frozenset()
) -> list[tuple[str, str]]:
    write(folder, corpus, "hills/bench.yaml")
    return [(finding.kind, finding.what) for finding in verify(library.load(folder), {"a.txt": clean(document)}, known)]


def planted(old: str, new: str) -> str:
    assert old in CORPUS
    return CORPUS.replace(old, new, 1)


def test_an_answer_in_our_own_words_whose_facts_all_stand_there_is_clean(tmp_path: Path) -> None:
    assert found(tmp_path, CORPUS) == []


@pytest.mark.parametrize(
    ("old", "new", "kind", "what"),
    [
        ("file: a.txt", "file: b.txt", "source", "b.txt"),
        ("[3, 3]", "[3, 9]", "lines", "[3, 9]"),
        ("5200人", "5300人", "figure", "5300"),
        ("2016年", "2017年", "figure", "2017"),
        ("3月", "四月", "figure", "四"),
        ("每月办一次", "每月办两次", "figure", "两"),
        ("92%", "93%", "figure", "93%"),
        ("1.2亿", "1.3亿", "figure", "1.3亿"),
        ("1.2亿", "1.2万", "figure", "1.2万"),
        ("“板凳课堂”", "“门槛课堂”", "quote", "门槛课堂"),
        ("《板凳课堂规则》", "《板凳课堂条例》", "quote", "板凳课堂条例"),
        ("青山的学习会", "青山的“门槛课堂”", "quote", "门槛课堂"),
        ("周大山", "李大钊", "name", "李大钊"),
        ("洛阳", "青岛", "name", "青岛"),
        ("answer: 2016年", f"answer: {COPIED}。2016年", "copied", COPIED[:COPIED_RUN]),
        ("[青山 学习会 介绍]", f"[{COPIED}]", "copied", COPIED[:COPIED_RUN]),
    ],
)
def test_whatever_is_planted_is_found_and_nothing_else(
    tmp_path: Path, old: str, new: str, kind: str, what: str
) -> None:
    assert found(tmp_path, planted(old, new)) == [(kind, what)]


@pytest.mark.parametrize(
    ("old", "new", "kind", "what"), [("5200", "36", "figure", "36"), ("“板凳", "“青山县的", "quote", "青山县的课堂")]
)
def test_what_stands_in_a_line_that_is_not_cited_proves_nothing(
    tmp_path: Path, old: str, new: str, kind: str, what: str
) -> None:
    corpus = (
        planted(old, new)
        .replace("[[2, 2], [3, 3]]", "[2, 2]")
        .replace("；花了1.2亿元，写进《板凳课堂规则》，洛阳也来了", "")
    )

    assert found(tmp_path, corpus) == [(kind, what)]


def test_a_damaged_character_proves_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, CORPUS, DOCUMENT.replace("板凳", "板?dèng)")) == [
        ("quote", "板凳课堂"),
        ("quote", "板凳课堂规则"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("5200人", "五千二百人"),
        ("92%", "百分之九十二"),
        ("1.2亿元", "12000万元"),
        ("2016年", "二〇一六年"),
        ("洛阳也", "洛阳市也"),
        ("周大山讲课", "云南青山县的周大山讲课"),
        ("叫“板凳课堂”", "叫“学习会”"),
        ("花了", "做了四件事：立规矩、修屋子、买凳子、请人讲课；花了"),
    ],
)
def test_other_ways_of_writing_own_counting_and_names_of_the_case_need_no_proof(
    tmp_path: Path, old: str, new: str
) -> None:
    assert found(tmp_path, planted(old, new)) == []


@pytest.mark.parametrize(
    "new",
    [
        "连办四年：立规矩、修屋子、买凳子、请人讲课；花了",
        "做了十二件事；花了",
        "做了4件事：立规矩、修屋子、买凳子、请人讲课；花了",
    ],
)
def test_a_measure_and_a_count_of_nothing_listed_and_digits_are_no_own_counting(tmp_path: Path, new: str) -> None:
    assert [kind for kind, _ in found(tmp_path, planted("花了", new))] == ["figure"]


def test_a_known_word_is_no_name(tmp_path: Path) -> None:
    corpus = planted("洛阳", "青岛")

    assert found(tmp_path, corpus, known=frozenset({"青岛"})) == []


def test_findings_come_in_the_order_of_the_corpus_and_name_their_entry(tmp_path: Path) -> None:
    write(tmp_path, CORPUS.replace("5200人", "5300人"), "hills/bench.yaml")
    write(tmp_path, OTHER.replace("打分", "打9分"), "lake/points.yaml")

    findings = verify(library.load(tmp_path), {"a.txt": clean(DOCUMENT)}, frozenset())

    assert [(finding.entry.id, finding.what) for finding in findings] == [
        ("hills-bench-overview", "5300"),
        ("lake-points-overview", "9"),
    ]


class TestFamilies:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        write(tmp_path, CORPUS, "hills/bench.yaml")
        write(tmp_path, OTHER, "lake/points.yaml")
        return tmp_path

    def found(self, folder: Path, families: str) -> list[tuple[str, str, str]]:
        (folder / "families.yaml").write_text(families, encoding="utf-8")
        findings = verify(library.load(folder), {"a.txt": clean(DOCUMENT)}, frozenset())
        return [(finding.entry.id, finding.kind, finding.what) for finding in findings]

    def test_a_family_that_says_what_its_members_say_is_clean(self, folder: Path) -> None:
        assert self.found(folder, FAMILY) == []

    @pytest.mark.parametrize(
        ("old", "new", "kind", "what"),
        [
            ("5200人", "5300人", "figure", "5300"),
            ("“板凳课堂”", "“门槛课堂”", "quote", "门槛课堂"),
            ("青山叫", "青山的李大钊叫", "name", "李大钊"),
            ("[学习会 哪里有]", f"[{COPIED}]", "copied", COPIED[:COPIED_RUN]),
        ],
    )
    def test_what_no_member_says_is_found(self, folder: Path, old: str, new: str, kind: str, what: str) -> None:
        assert self.found(folder, FAMILY.replace(old, new, 1)) == [("family-learning", kind, what)]

    def test_a_member_the_answer_does_not_mention_is_found(self, folder: Path) -> None:
        findings = self.found(folder, FAMILY.replace("；南湖给党员打分", ""))

        assert [(entry, kind) for entry, kind, _ in findings] == [("family-learning", "member")]


@settings(deadline=None)  # the first text loads dictionaries
@given(st.text("〇一二三五十百千万亿点分之两个年月0129.,%％，、：", max_size=24))
def test_a_text_proves_every_figure_of_itself(text: str) -> None:
    assert unproven_figures(text, text) == []


@settings(deadline=None)  # the first text loads dictionaries
@given(st.lists(st.text("甲乙丙丁Ab1 ，", min_size=1, max_size=6), max_size=4))
def test_a_quote_is_proven_by_its_text_whatever_its_marks(terms: list[str]) -> None:
    cited = "\n".join(terms)

    assert unproven_quotes("".join(f"“{term}”《{term}》「{term}」『{term}』" for term in terms), cited) == []


def test_a_place_is_proven_with_and_without_its_rank() -> None:
    assert unproven_names("洛阳市", "在洛阳", frozenset()) == []
    assert unproven_names("洛阳", "洛阳市里", frozenset()) == []
    assert unproven_names("洛阳市", "在青岛", frozenset()) == ["洛阳市"]


def test_a_long_title_is_copied_like_any_other_words(tmp_path: Path) -> None:
    corpus = planted("《板凳课堂规则》", f"《{COPIED}》").replace("[[2, 2], [3, 3]]", "[2, 4]")

    assert found(tmp_path, corpus) == [("copied", COPIED[:COPIED_RUN])]


@pytest.mark.parametrize(("length", "is_copied"), [(COPIED_RUN - 1, False), (COPIED_RUN, True)])
def test_a_run_counts_from_its_length_on_punctuation_lines_and_script_left_out(length: int, is_copied: bool) -> None:
    text = COPIED[3 : 3 + length]
    broken_up = f"前面不同，{text[:7]}，{text[7:].replace('开', '開')}。"

    assert bool(Runs([f"别的话{COPIED}别的话"]).first_in(broken_up)) is is_copied


def test_a_run_does_not_go_from_one_document_into_the_next() -> None:
    assert Runs([COPIED[:12], COPIED[12:]]).first_in(COPIED) == ""


def test_only_the_text_of_an_entry_is_looked_at_for_copies(tmp_path: Path) -> None:
    write(tmp_path, CORPUS, "hills/bench.yaml")
    loaded = library.load(tmp_path)
    copied = tuple(replace(entry, keywords=(COPIED,)) for entry in loaded.entries)

    assert verify(library.Library(loaded.cases, copied), {"a.txt": clean(DOCUMENT)}, frozenset()) == []
