"""Reduce what people type to what they mean: width, script, case, punctuation, politeness.

Pure string functions. Which words are mere politeness is data (`content/data/synonyms.yaml`), passed in.
"""

import functools
import importlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

import opencc

_HAN_BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2A6E0))
_EMOTICON = re.compile(r"\[[\u4e00-\u9fffA-Za-z]{1,6}\]|/:[^\s/]{1,8}")  # WeChat sends its own emoji as [微笑] or /::)
_PICTOGRAPH = re.compile("[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]")
_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_UNSPOKEN = re.compile(r"[\W_]+")
_TRADITIONAL = 0.12  # share of characters that differ in simplified script, from which a line counts as traditional
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))


@functools.cache
def _simplified() -> dict[int, str]:
    """Character table Traditional -> Simplified from OpenCC, followed to its fixed point so that folding twice
    changes nothing.
    """
    characters = [chr(code) for first, end in _HAN_BLOCKS for code in range(first, end)]
    converted = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    table = {ord(a): b for a, b in zip(characters, converted, strict=True) if a != b and len(b) == 1}
    return {code: table.get(ord(char), char) for code, char in table.items()}


def printable(text: str) -> str:
    r"""The text without control characters, surrogates and other code points that no reader sees; line breaks stay.

    >>> printable("a\x07b\ud800c")
    'abc'
    """
    if text.isprintable():
        return text
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _INVISIBLE)


def fold_width(text: str) -> str:
    """The text in one width; everything else stays.

    >>> fold_width("８０％")
    '80%'
    """
    return unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """The text in one width, one script and one case, without spaces, punctuation and emoji; decimal points stay.

    Idempotent: ``fold(fold(x)) == fold(x)``. Takes any string, lone surrogates included.

    >>> fold("支部 主題黨日，多久１次？ OK")
    '支部主题党日多久1次ok'
    >>> fold("7.36 亿元。")
    '7.36亿元'
    """
    text = _EMOTICON.sub("", printable(text))
    text = unicodedata.normalize("NFKC", text).lower().translate(_simplified())
    text = unicodedata.normalize("NFKC", text).lower()
    return ".".join(_UNSPOKEN.sub("", piece) for piece in _DECIMAL_POINT.split(text))


@functools.cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


def simplify(line: str) -> str:
    """A line in simplified characters. A line mostly in traditional script is converted word by word and also loses
    Taiwan's spellings; of any other only the traditional characters change.

    >>> simplify("著力建設服務型黨組織"), simplify("說明覆蓋"), simplify("效果显著，说明覆盖")
    ('着力建设服务型党组织', '说明覆盖', '效果显著，说明覆盖')
    """
    characters = _simplified()
    plain = str(_converter("t2s").convert(line))
    changed = sum(a != b for a, b in zip(line, plain, strict=False))
    if changed > len(line) * _TRADITIONAL:
        return "".join(str(_converter("tw2s").convert(word)) for word in _words(line))
    return "".join(b if characters.get(ord(a), a) != a else a for a, b in zip(line, plain, strict=True))


@functools.cache
def _jieba() -> Any:
    """What cuts words; imported when first needed, because its dictionary takes longer than most commands."""
    return importlib.import_module("rjieba")


def _words(line: str) -> Iterator[str]:
    """The words of a traditional line. Without them, the end of one and the beginning of the next would be taken for
    a phrase: 明覆 in 說明覆蓋.
    """
    at = 0
    for word in _jieba().cut(line.translate(_simplified())):
        yield line[at : at + len(word)]
        at += len(word)


def words(text: str) -> list[str]:
    """A folded text cut into words.

    >>> words("党日多久一次")
    ['党日', '多久', '一次']
    """
    return list(_jieba().cut(text))


def is_word(text: str) -> bool:
    """Whether the dictionary has it."""
    return bool(_jieba().has_word(text))


def is_only_emoji(text: str) -> bool:
    """Whether the message says nothing but has at least one emoji or WeChat emoticon in it.

    >>> is_only_emoji("[微笑]👍"), is_only_emoji("。。。"), is_only_emoji("好👍")
    (True, False, False)
    """
    return not fold(text) and bool(_EMOTICON.search(text) or _PICTOGRAPH.search(text))


class Normaliser:
    """Folds a question and takes the politeness off it.

    Args:
        heads: openings that carry no meaning (请问, 我想问一下).
        tails: endings that carry none (谢谢, 呢).
        anywhere: sounds of spoken language that carry none wherever they stand (那个啥, 就是说).

    Politeness is stripped only while at least two characters remain, so that "谢谢" or "吗" alone keep their text.
    """

    def __init__(self, heads: Iterable[str] = (), tails: Iterable[str] = (), anywhere: Iterable[str] = ()) -> None:
        self._heads = self._longest_first(heads)
        self._tails = self._longest_first(tails)
        self._anywhere = self._longest_first(anywhere)

    @staticmethod
    def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted({fold(word) for word in words} - {""}, key=lambda word: (-len(word), word)))

    def __call__(self, text: str) -> str:
        """The normalised question; idempotent.

        >>> Normaliser(heads=["请问"], tails=["啊", "谢谢"])("请问，党日多久一次啊？谢谢！")
        '党日多久一次'
        """
        text = fold(text)
        while (shorter := self._strip_once(text)) != text:
            text = shorter
        return text

    def _strip_once(self, text: str) -> str:
        for head in self._heads:
            if text.startswith(head) and len(text) >= len(head) + 2:
                return text[len(head) :]
        for tail in self._tails:
            if text.endswith(tail) and len(text) >= len(tail) + 2:
                return text[: -len(tail)]
        for noise in self._anywhere:
            if noise in text and len(text) >= len(noise) + 2:
                return text.replace(noise, "", 1)
        return text
