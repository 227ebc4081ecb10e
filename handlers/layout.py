"""How a reply looks inside WeChat: tappable lines, numbered lists, byte limits. No wording of its own."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from handlers.messages import Choice

MAX_BYTES: Final = 1_800  # WeChat drops replies over 2,048 bytes without telling us (reference: measured, undocumented)
PAGE: Final = 10  # lines of a list in one message
_SENTENCE_END = re.compile(r"(?<=[。！？；\n])")
_ANCHOR = re.compile(r"<a [^>]*>|</a>")


def size(text: str) -> int:
    """UTF-8 bytes, what WeChat counts."""
    return len(text.encode("utf-8", "replace"))


def tappable(choice: Choice, number: int = 0) -> str:
    """A link that sends `choice.says` as the member's own message. Undocumented by WeChat, so lists are numbered as
    well.
    """
    content = quote(choice.says, safe="")
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={content}&msgmenuid={number}">{plain(choice.label)}</a>'


def numbered(choices: Sequence[Choice], start: int = 1) -> list[str]:
    """One tappable line a choice, counted from `start`."""
    return [f"{number}. {tappable(choice, number)}" for number, choice in enumerate(choices, start)]


def plain(text: str) -> str:
    """Text that cannot be mistaken for a link or tag inside a WeChat message."""
    return text.replace("<", "＜").replace(">", "＞")


def visible(text: str) -> str:
    """What a member reads of a reply: without the link tags."""
    return _ANCHOR.sub("", text)


def fitting(lines: Sequence[str], room: int) -> list[str]:
    """As many of the first lines as fit into `room` bytes, line breaks counted."""
    kept: list[str] = []
    for line in lines:
        room -= size(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept


def split(text: str, room: int) -> tuple[str, str]:
    """Cut a text after the last sentence that fits into `room` bytes: (head, rest). A sentence too long is cut
    anywhere.

    Never cuts a character, never loses one: head + rest is the text. The head is at least one character.
    """
    if size(text) <= room:
        return text, ""
    head = ""
    for sentence in _SENTENCE_END.split(text):
        if size(head + sentence) > room:
            break
        head += sentence
    if not head:
        head = text.encode("utf-8", "replace")[: max(room, 4)].decode("utf-8", "ignore") or text[0]
    return head, text[len(head) :]
