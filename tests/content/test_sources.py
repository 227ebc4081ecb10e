"""What cleaning does to damaged lines of a document, and that it leaves the others alone."""

import unicodedata

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.sources import LOST, clean, clean_line
from content.text import simplify
from handlers.services import Services

TRADITIONAL = opencc.OpenCC("s2t")
PLAIN = st.text("学习会每月一次由支部来办，。；：？！“”《》（）、…0123456789% abcXYZ")


def damaged(line: str, at: str, trace: str = "") -> str:
    """The line as the documents came to us: traditional, in GBK, without the first byte of one character.

    Args:
        trace: what is left of a pronunciation in the place of that byte.
    """
    before, _, after = str(TRADITIONAL.convert(line)).partition(at)
    rest = (at + after).encode("gbk")[1:].decode("gbk", errors="replace")
    return before + trace + rest.replace("？", "?").replace("；", ";")


@pytest.mark.parametrize(
    ("line", "cleaned"),
    [
        ("黨課(kè)", "党课"),
        ("会(huì)议(yì)", "会议"),
        ("校長(zhang)", "校长"),
        ("兒(ér)童(tóng)绿(lǜ)化", "儿童绿化"),
        ("党组(居)", "党组(居)"),
        ("甲(一)乙(3+3)", "甲(一)乙(3+3)"),
        ("手机(APP)", "手机(APP)"),
        ("黨員(kè)", "党员(kè)"),
        ("5(wǔ)", "5(wǔ)"),
    ],
)
def test_the_pronunciation_of_a_character_goes_and_other_brackets_stay(line: str, cleaned: str) -> None:
    assert clean_line(line) == cleaned


@pytest.mark.parametrize(
    ("line", "cleaned"),
    [("幹部帶頭，乾淨整潔", "干部带头,干净整洁"), ("著力建設新農村", "着力建设新农村"), ("效果显著", "效果显著")],
)
def test_traditional_becomes_simplified_word_by_word(line: str, cleaned: str) -> None:
    assert clean_line(line) == cleaned


@pytest.mark.parametrize(
    ("line", "lost", "trace"),
    [
        ("大家都说好。县里的干部也来学习", "。", ""),
        ("带动村民。基层组织有了力量", "。", ""),
        ("确保基层困难有人管", "保", ""),
        ("过硬的党支部有经验", "的", "?shù)"),
    ],
)
def test_a_lost_byte_is_put_back_where_the_words_say_which(line: str, lost: str, trace: str) -> None:
    broken = damaged(line, lost, trace)

    assert simplify(broken) != line
    assert clean_line(broken) == line


@pytest.mark.parametrize("line", ["小树?miáo)班", "小树?miáo)?zhǎng)班"])
def test_what_cannot_be_put_back_is_marked_so_that_nothing_is_proven_by_it(line: str) -> None:
    assert clean_line(line) == f"小树{LOST}班"


def test_a_repair_that_is_a_mere_guess_is_not_made() -> None:
    assert clean_line(damaged("大家的新农村", "的", "?shù)")) in ("大家的新农村", f"大家{LOST}新农村")


@settings(deadline=None)  # the first line loads dictionaries
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_line_keeps_its_number(document: str) -> None:
    lines = document.split("\n")

    cleaned = clean(document)

    assert len(cleaned) == len(lines)
    assert cleaned == [clean_line(line) for line in lines]


@settings(deadline=None)  # the first line loads dictionaries
@given(PLAIN)
def test_a_line_that_is_not_damaged_is_left_as_it_is_but_for_its_width(line: str) -> None:
    assert clean_line(line) == unicodedata.normalize("NFKC", line)


def test_no_answer_of_the_corpus_is_taken_for_damaged(services: Services) -> None:
    for entry in services.library.entries:
        expected = (unicodedata.normalize("NFKC", text) for text in (entry.answer, simplify(entry.answer)))
        assert clean_line(entry.answer) in expected, entry.id


@pytest.mark.parametrize("line", ["党员;A类", "甲类;k级", "都会吗?x", "http://a.cn/?q=1"])
def test_letters_behind_a_mark_are_no_damage(line: str) -> None:
    assert clean_line(line) == line


def test_a_simplified_line_is_not_simplified_once_more() -> None:
    assert clean_line("说明覆盖") == "说明覆盖"
