"""The handlers' whole world in one value."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from content.cues import Cues
from content.following import Following
from content.language import Language
from content.library import Library
from content.matching import Matcher
from content.small_talk import SmallTalk
from content.wording import Wording
from handlers.visits import Branches, Caller


@dataclass(frozen=True)
class Services:
    """What handlers may use.

    Attributes:
        public_url: base of the answer pages' addresses, without a slash at the end; empty = no links.
        popular: ids of the entries asked most, most asked first; may be empty; never raises.
        branches: what the chat knows branches by; None = it knows of none (without a store).
        caller: who writes, for as long as one message is answered; None without `branches`.
    """

    library: Library
    matcher: Matcher
    language: Language
    cues: Cues
    following: Following
    small_talk: SmallTalk
    phrases: Wording
    public_url: str = ""
    popular: Callable[[], tuple[str, ...]] = tuple
    branches: Branches | None = None
    caller: Caller | None = None

    def called_by(self, openid: str, now: datetime) -> "Services":
        """The same world while that member's message is answered."""
        return replace(self, caller=Caller(self.branches, openid, now)) if self.branches else self
