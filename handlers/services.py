"""The handlers' whole world in one value."""

from collections.abc import Callable
from dataclasses import dataclass

from content.language import Language
from content.library import Library
from content.matching import Matcher
from content.small_talk import SmallTalk
from content.wording import Wording


@dataclass(frozen=True)
class Services:
    """What handlers may use.

    Attributes:
        public_url: base of the answer pages' addresses, without a slash at the end; empty = no links.
        popular: ids of the entries asked most, most asked first; may be empty; never raises.
    """

    library: Library
    matcher: Matcher
    language: Language
    small_talk: SmallTalk
    phrases: Wording
    public_url: str = ""
    popular: Callable[[], tuple[str, ...]] = tuple
