"""What happens to one webhook request, from bytes to bytes: open, claim, answer within the deadline, keep, seal.

Knows nothing of Flask. Whatever goes wrong inside, WeChat gets status 200 and the member a sentence, and the log the
cause.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from bot.inbox import Arrival, Inbox
from bot.metrics import Metrics
from bot.store import StoreUnavailable
from bot.wechat import NOTHING, BadSignature, Gateway, Opened, Unreadable
from handlers.dispatch import reply_to
from handlers.messages import WRITTEN, Incoming, Kind, Left, Memory, Outcome, Reply, Turn
from handlers.services import Services

DEADLINE: Final = 4.0  # seconds; WeChat hangs up after 5
POLL: Final = 0.05  # seconds between looks at another process's work
THREADS: Final = 16
PER_MINUTE: Final = 30  # messages of one member
PER_DAY: Final = 500
HANGS_UP: Final = 5.5  # seconds; WeChat has hung up by then, and tells us again
LEAVING: Final = frozenset({Kind.UNSUBSCRIBE, Kind.WITHDRAWN})
NEVER_LOST: Final = frozenset(  # whatever the limits say: a member's leaving, and what the platform reports
    LEAVING | {Kind.TEMPLATE_RECEIPT, Kind.CONSENT, Kind.CONSENT_RECEIPT}
)

log = structlog.get_logger("desk")


class StillKept(Exception):
    """Not everything about a member who left could be removed."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes back over HTTP: always plain text or XML, never more than a status, a body and the outcome."""

    status: int
    body: str
    outcome: Outcome


@dataclass(frozen=True)
class Desk:
    """Answers webhook requests for one account. Safe to use from many threads and processes at once.

    Attributes:
        services: called for each message, so that a corpus loaded anew takes effect at once.
        clock: the current time, aware.
        forget: removes everything kept about a member, as of that moment. Raises StoreUnavailable when it could not.
        deadline: seconds until a member gets an excuse instead of an answer.
        sleep: waits for that many seconds.
        pool: the threads that do the answering; started when first used, so after gunicorn has forked.
    """

    gateway: Gateway
    inbox: Inbox
    services: Callable[[], Services]
    clock: Callable[[], datetime]
    metrics: Metrics
    forget: Callable[[str, datetime], None]
    deadline: float = DEADLINE
    sleep: Callable[[float], None] = time.sleep
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="answer"))

    def verify(self, query: Mapping[str, str]) -> Letter:
        """WeChat's GET when the server settings are saved."""
        try:
            return Letter(200, self.gateway.verify(query, self.clock()), Outcome.EVENT)
        except BadSignature as error:
            return self._refused(error)

    def receive(self, query: Mapping[str, str], body: bytes) -> Letter:
        """One POST. A request that is not WeChat's gets 403, a member's leaving that could not be seen to 503;
        everything else 200.
        """
        now = self.clock()
        try:
            opened = self.gateway.open(query, body, now)
        except BadSignature as error:
            return self._refused(error)
        except Unreadable as error:
            log.warning("unreadable", reason=str(error))
            return Letter(200, NOTHING, Outcome.IGNORED)
        return self._reply(opened, body, now)

    def _refused(self, error: BadSignature) -> Letter:
        log.warning("refused", reason=str(error))
        self.metrics.refused()
        return Letter(403, "refused", Outcome.IGNORED)

    def _reply(self, opened: Opened, body: bytes, now: datetime) -> Letter:
        started = time.monotonic()
        message = opened.message
        # In safe mode the signature covers the body, so a nonce need not be remembered.
        proof = {} if opened.aes_key else {"nonce": opened.nonce, "digest": hashlib.sha256(body).hexdigest()}
        arrival = self._arrive(message, now, proof)
        while not arrival.first and arrival.reply is None and time.monotonic() - started < self.deadline:
            self.sleep(POLL)  # another process has it; if that one died, its claim lapses and we take over
            arrival = self._arrive(message, now, proof)
        if arrival.forged:
            return self._refused(BadSignature("nonce of an earlier request with another body"))
        if arrival.reply is not None:
            self.metrics.repeated()
            reply: Reply | None = arrival.reply
        elif arrival.first:
            reply = self._within_deadline(message, arrival, now, started)
        else:
            reply = Reply(Outcome.IGNORED)
        if reply is None:
            return self._unheard(message, started)
        self.metrics.answered(message.kind, reply.outcome, time.monotonic() - started)
        return Letter(200, self.gateway.seal(reply, opened, now, secrets.token_hex(8)), reply.outcome)

    def _arrive(self, message: Incoming, now: datetime, proof: Mapping[str, str]) -> Arrival:
        try:
            return self.inbox.arrive(message.key, message.sender, now, **proof)
        except StoreUnavailable as error:
            log.warning("store_down", doing="arrive", reason=str(error))
            return Arrival()

    def _unheard(self, message: Incoming, started: float) -> Letter:
        """No answer within WeChat's five seconds: the one thing known to make it send an event again."""
        elapsed = time.monotonic() - started
        self.sleep(max(0.0, HANGS_UP - elapsed))
        self.metrics.answered(message.kind, Outcome.EVENT, elapsed)
        return Letter(503, "try again later", Outcome.EVENT)

    def _within_deadline(self, message: Incoming, arrival: Arrival, now: datetime, started: float) -> Reply | None:
        """None = a member has left and is not forgotten yet."""
        work = self.pool.submit(self._answer, message, arrival, now)
        try:
            return work.result(max(0.0, self.deadline - (time.monotonic() - started)))
        except StillKept:
            return None
        except TooSlow:
            log.error("too_slow", kind=message.kind)
            excuse = "too_slow"
        except Exception:  # the one place where a fault of ours becomes a sentence for the member
            log.exception("answer_failed", kind=message.kind)
            excuse = "trouble"
        return None if message.kind in LEAVING else Reply(Outcome.FALLBACK, self.services().phrases(excuse))

    def _answer(self, message: Incoming, arrival: Arrival, now: datetime) -> Reply:
        turn = self._turn(message, arrival, now)
        if any(isinstance(note, Left) for note in turn.notes):
            self._forget(message.sender, now)
            return turn.reply
        try:
            self.inbox.finish(message.key, message.sender, turn, now, wrote=message.kind in WRITTEN)
        except StoreUnavailable as error:
            lost = [type(note).__name__ for note in turn.notes]
            log.error("not_kept", notes=lost, reason=str(error))
        return turn.reply

    def _forget(self, sender: str, now: datetime) -> None:
        """Forget a member. Raises StillKept."""
        try:
            self.forget(sender, now)
        except StoreUnavailable as error:
            log.error("not_forgotten", reason=str(error))
            raise StillKept from error

    def _turn(self, message: Incoming, arrival: Arrival, now: datetime) -> Turn:
        services = self.services()
        if message.kind not in NEVER_LOST and (arrival.in_minute >= PER_MINUTE or arrival.in_day >= PER_DAY):
            return self._slow_down(arrival, services)
        try:
            return reply_to(message, arrival.memory, services, now)
        except StoreUnavailable as error:  # what is asked of the branch's book cannot be answered without it
            log.warning("store_down", doing="branch", reason=str(error))
            return Turn(Reply(Outcome.FALLBACK, services.phrases("store_down")), arrival.memory)

    @staticmethod
    def _slow_down(arrival: Arrival, services: Services) -> Turn:
        """Say it once, then keep quiet."""
        first = arrival.in_minute == PER_MINUTE or (arrival.in_minute < PER_MINUTE and arrival.in_day == PER_DAY)
        text = services.phrases("slow_down") if first else ""
        return Turn(Reply(Outcome.LIMITED, text), arrival.memory if arrival.memory.at else Memory())
