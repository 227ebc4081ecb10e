"""The access tokens of the stand-in: stable ones and plain ones, as WeChat gives them out and lets them die."""

import itertools
import random
from collections.abc import Callable

from bot.sandbox.answers import Answer, error
from bot.sandbox.behaviour import Behaviour


class AccessTokens:
    """Every token given out, with its end.

    Args:
        behaviour: may be changed at any time.
        now: seconds since 1970.
    """

    def __init__(self, behaviour: Behaviour, now: Callable[[], float], chance: random.Random) -> None:
        self._behaviour, self._now, self._chance = behaviour, now, chance
        self._numbers = itertools.count(1)
        self._ends: dict[str, float] = {}
        self._stable = self._plain = ""

    def stable(self, secret: object, *, by_force: bool) -> Answer:
        """The same token until its last minutes, when a second one lives beside it; by force a new one at once."""
        if not self._is_ours(secret):
            return error(40125)
        if by_force:
            self._ends.pop(self._stable, None)
        if self._ends.get(self._stable, 0.0) - self._now() <= self._behaviour.overlap:
            self._stable = self._new()
        return self._given(self._stable)

    def plain(self, secret: object) -> Answer:
        """Always a new token; the one before lives on for the overlap. Stable tokens are not touched."""
        if not self._is_ours(secret):
            return error(40125)
        if self._plain in self._ends:
            self._ends[self._plain] = min(self._ends[self._plain], self._now() + self._behaviour.overlap)
        self._plain = self._new()
        return self._given(self._plain)

    def refusal(self, token: str) -> Answer | None:
        """The error that meets a call with that token, if any."""
        if not token:
            return error(41001)
        if token not in self._ends:
            return error(40001)
        return error(42001) if self._ends[token] <= self._now() else None

    def rotate(self) -> None:
        """Every token given out so far is dead at once, as when someone else refreshes by force."""
        self._ends.clear()
        self._stable = self._plain = ""

    def _is_ours(self, secret: object) -> bool:
        return not self._behaviour.secret or secret == self._behaviour.secret

    def _new(self) -> str:
        token = f"token-{next(self._numbers)}-{self._chance.getrandbits(64):016x}"
        self._ends[token] = self._now() + self._behaviour.token_lasts
        return token

    def _given(self, token: str) -> Answer:
        return Answer({"access_token": token, "expires_in": int(self._ends[token] - self._now())})
