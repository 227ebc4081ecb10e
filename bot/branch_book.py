"""One branch's book in the store, as the chat needs it: who belongs to it, what they answered, what was changed.

Implements `handlers.book.Book` on top of the roster's keys. Nothing here costs more than one branch.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from bot import acts
from bot.memberships import Memberships
from bot.roster_rows import (
    CHANGED,
    VERSION,
    answer_field,
    answers_key,
    changes_key,
    dump_answer,
    dump_change,
    load_answer,
    load_changes,
)
from bot.roster_store import transact
from handlers.book import Action, Attendance
from scheduler.agenda import Meeting
from scheduler.roster import Change

ANSWERS_LAST: Final = timedelta(days=400)  # a year's attendance can be counted
CHANGES_LAST: Final = timedelta(days=60)  # after the meeting; calendars still show it


class BranchBook(Memberships):
    """The roster side of the chat: who belongs to a branch, and its meetings. Every method raises StoreUnavailable; the
    member must be told then.
    """

    def changes_of(self, activity_id: str, branch_id: str) -> dict[date, Change]:
        """Changes of this branch's occurrences still of interest, by rule date."""
        with self._store.commands() as client:
            rows: Any = client.hgetall(changes_key(branch_id))
        return load_changes(rows, activity_id)

    def change(
        self,
        meeting: Meeting,
        by: str,
        now: datetime,
        *,
        to: date | None = None,
        at: time | None = None,
        cancelled: bool = False,
    ) -> Change:
        """Replace what is changed about one occurrence, under the next version, and record who did it in the same
        step. Neither a date, a time nor cancelled = back to the rule.
        """
        key, field = changes_key(meeting.branch_id), f"{meeting.activity_id} {meeting.rule_date}"

        def work(pipe: Any) -> Change:
            rows = pipe.hgetall(key)
            before = load_changes(rows, meeting.activity_id).get(meeting.rule_date, Change(meeting.rule_date, 0))
            change = replace(before, to=to, at=at, cancelled=cancelled)
            pipe.multi()
            if change == before:
                return before
            change = replace(change, version=before.version + 1)
            if old := _over(rows, now.date() - CHANGES_LAST):
                pipe.hdel(key, *old)
            pipe.hset(key, field, dump_change(change))
            pipe.expire(key, ANSWERS_LAST)
            pipe.sadd(CHANGED, meeting.branch_id)
            action = Action.CANCEL if cancelled else Action.MOVE
            acts.note(pipe, self._who(by), action, meeting.branch_id, _about(meeting, dump_change(change), now))
            pipe.incr(VERSION)
            return change

        return transact(self._store, work)

    def record(self, by: str, action: Action, meeting: Meeting, about: str, now: datetime) -> None:
        """Keep who (pseudonym of `by`) did what to which meeting and when."""
        with self._store.commands() as client:
            acts.note(client, self._who(by), action, meeting.branch_id, _about(meeting, about, now))

    def attendance(self, meeting: Meeting) -> dict[str, Attendance]:
        """Openid -> the last answer; the silent are missing."""
        members = self.members(meeting.branch_id)
        with self._store.commands() as client:
            pipe = client.pipeline(transaction=False)
            for member in members:
                pipe.hget(answers_key(self._who(member.openid)), answer_field(meeting))
            answers = pipe.execute()
        return {one.openid: load_answer(raw) for one, raw in zip(members, answers, strict=True) if raw}

    def attend(self, openid: str, meeting: Meeting, answer: Attendance) -> None:
        """Keep a member's answer; it replaces an earlier one."""
        key = answers_key(self._who(openid))
        with self._store.commands() as client:
            pipe = client.pipeline()
            pipe.hset(key, answer_field(meeting), dump_answer(answer))
            pipe.expire(key, ANSWERS_LAST)
            pipe.execute()


def _about(meeting: Meeting, what: str, now: datetime) -> dict[str, str]:
    """What is kept of an act on a meeting, beside who and which."""
    day = meeting.rule_date.isoformat()
    return {"activity": meeting.activity_id, "rule_date": day, "about": what, "at": now.isoformat()}


def _over(rows: Mapping[str, str], before: date) -> list[str]:
    """The fields of changes whose meetings are long over."""
    activities = {field.rpartition(" ")[0] for field in rows}
    return [
        f"{activity} {change.rule_date}"
        for activity in activities
        for change in load_changes(rows, activity).values()
        if max(change.rule_date, change.to or change.rule_date) < before
    ]
