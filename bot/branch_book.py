"""One branch's book in the store, as the chat needs it: who belongs to it, what they answered, what was changed.

Implements `handlers.book.Book` on top of the roster's keys. Nothing here costs more than one branch.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from bot.calendar_links import CalendarLinks
from bot.invitations import Invitations
from bot.roster_rows import (
    BRANCH_OF,
    BRANCHES,
    CHANGED,
    UNBOUND,
    VERSION,
    acted_key,
    acts_key,
    answer_field,
    answers_key,
    changes_key,
    dump_answer,
    dump_change,
    dump_member,
    load_answer,
    load_changes,
    load_member,
    members_key,
    names_key,
)
from bot.roster_store import RosterStore, remove_member, transact
from bot.store import Store
from handlers.book import Action, Attendance, Consent
from scheduler.agenda import Meeting
from scheduler.roster import Branch, Change, Member

ANSWERS_LAST: Final = timedelta(days=400)  # a year's attendance can be counted
CHANGES_LAST: Final = timedelta(days=60)  # after the meeting; calendars still show it
ACTS_KEPT: Final = 1_000  # of one branch


class NoSuchBranch(LookupError):
    """The branch is not on the roster (any more)."""


class BranchBook:
    """The roster side of the chat. Every method raises StoreUnavailable; the member must be told then."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._roster = RosterStore(store)
        self._invitations = Invitations(store)
        self._links = CalendarLinks(store)

    def member(self, openid: str) -> Member | None:
        """Who writes; None = bound to no branch."""
        who = self._who(openid)
        with self._store.commands() as client:
            return _member(client, who)

    def branch(self, branch_id: str) -> Branch | None:
        """The branch of that id; None = there is none."""
        return self._roster.branch(branch_id)

    def branch_of_code(self, code: str) -> Branch | None:
        """The branch this invitation code leads to, in any case and width."""
        branch_id = self._invitations.branch_id_of_code(code)
        return self.branch(branch_id) if branch_id else None

    def branch_of_scene(self, scene: str) -> Branch | None:
        """The branch a signed QR scene names; None = not ours, or void."""
        branch_id = self._invitations.branch_id_of_scene(scene)
        return self.branch(branch_id) if branch_id else None

    def members(self, branch_id: str) -> tuple[Member, ...]:
        """Everyone of the branch, the exempt included, in the order of their openids."""
        return self._roster.members([branch_id])[branch_id]

    def names(self, branch_id: str) -> dict[str, str]:
        """Openid -> the name a member left for the secretary; only those who left one."""
        with self._store.commands() as client:
            names: Any = client.hgetall(names_key(branch_id))
        members = self.members(branch_id) if names else ()
        return {one.openid: names[who] for one in members if (who := self._who(one.openid)) in names}

    def bind(self, openid: str, branch_id: str, source: Consent, now: datetime) -> Member:
        """Put the member into the branch and keep the consent. Binding again to the same branch keeps roles, mutes and
        exemption; coming from another branch makes an ordinary member of them. Raises NoSuchBranch.
        """
        who = self._who(openid)

        def work(pipe: Any) -> Member:
            if not pipe.hexists(BRANCHES, branch_id):
                raise NoSuchBranch(branch_id)
            known = _member(pipe, who)
            stays = known is not None and known.branch_id == branch_id
            before = known if known is not None and stays else Member(openid, branch_id)
            member = replace(before, consented_at=now, consent_source=source.value)
            pipe.multi()
            if known is not None and not stays:
                remove_member(pipe, who, known.branch_id)
            pipe.srem(UNBOUND, who)
            _put(pipe, who, member)
            return member

        return transact(self._store, work)

    def unbind(self, openid: str) -> None:
        """Take the member off the roster: roles, consent, name, mutes and answers go. Only that they left stays, under
        their pseudonym, so that the next import does not bring them back.
        """
        self._remove(openid, lambda pipe, who: pipe.sadd(UNBOUND, who))

    def forget(self, openid: str) -> None:
        """Remove everything kept about the member, a secretary's acts included; nothing happens when there is
        nothing.
        """
        self._remove(openid, lambda pipe, who: pipe.srem(UNBOUND, who))

    def _remove(self, openid: str, mark: Callable[[Any, str], object]) -> None:
        who = self._who(openid)

        def work(pipe: Any) -> None:
            branch_id = pipe.hget(BRANCH_OF, who)
            acts = {key: _acts_of(pipe, key, who) for key in map(acts_key, pipe.smembers(acted_key(who)))}
            pipe.multi()
            mark(pipe, who)
            pipe.delete(acted_key(who))
            for key, rows in acts.items():
                if rows:
                    pipe.xdel(key, *rows)
            if branch_id:
                remove_member(pipe, who, branch_id)
                pipe.incr(VERSION)

        transact(self._store, work)

    def set_name(self, openid: str, name: str) -> None:
        """Keep the name under which the secretary sees the member; an empty name removes it."""
        who = self._who(openid)

        def work(pipe: Any) -> None:
            branch_id = pipe.hget(BRANCH_OF, who)
            pipe.multi()
            if branch_id and name:
                pipe.hset(names_key(branch_id), who, name)
            elif branch_id:
                pipe.hdel(names_key(branch_id), who)

        transact(self._store, work)

    def mute(self, openid: str, activity_id: str, muted: bool, now: datetime) -> None:
        """Whether the member does not want to hear of the activity. Asking for it again is consent, kept with time."""

        def changed(member: Member) -> Member:
            if muted:
                return replace(member, muted=member.muted | {activity_id})
            return replace(member, muted=member.muted - {activity_id}, consented_at=now)

        self._update(openid, changed)

    def set_exempt(self, openid: str, exempt: bool) -> None:
        """Whether the member is neither reminded nor counted."""
        self._update(openid, lambda member: replace(member, exempt=exempt))

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
            before = load_changes(rows, meeting.activity_id).get(meeting.rule_date)
            change = Change(meeting.rule_date, before.version + 1 if before else 1, to, at, cancelled)
            pipe.multi()
            if old := _over(rows, now.date() - CHANGES_LAST):
                pipe.hdel(key, *old)
            pipe.hset(key, field, dump_change(change))
            pipe.expire(key, ANSWERS_LAST)
            pipe.sadd(CHANGED, meeting.branch_id)
            self._note(pipe, by, Action.CANCEL if cancelled else Action.MOVE, meeting, dump_change(change), now)
            pipe.incr(VERSION)
            return change

        return transact(self._store, work)

    def record(self, by: str, action: Action, meeting: Meeting, about: str, now: datetime) -> None:
        """Keep who (pseudonym of `by`) did what to which meeting and when."""
        with self._store.commands() as client:
            self._note(client, by, action, meeting, about, now)

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

    def calendar_path(self, member: Member) -> str:
        """The secret path of the member's calendar; it works as long as they belong to the branch."""
        return self._links.path(member.branch_id, self._who(member.openid))

    def _who(self, openid: str) -> str:
        return self._roster.pseudonyms(openid)

    def _update(self, openid: str, changed: Callable[[Member], Member]) -> None:
        who = self._who(openid)

        def work(pipe: Any) -> None:
            member = _member(pipe, who)
            pipe.multi()
            if member is not None:
                _put(pipe, who, changed(member))

        transact(self._store, work)

    def _note(self, pipe: Any, by: str, action: Action, meeting: Meeting, about: str, now: datetime) -> None:
        who = self._who(by)
        fields = {
            "by": who,
            "action": action.value,
            "activity": meeting.activity_id,
            "rule_date": meeting.rule_date.isoformat(),
            "about": about,
            "at": now.isoformat(),
        }
        pipe.xadd(acts_key(meeting.branch_id), fields, maxlen=ACTS_KEPT)
        pipe.sadd(acted_key(who), meeting.branch_id)


def _acts_of(client: Any, key: str, who: str) -> list[str]:
    """The rows of that stream that tell what this one did."""
    return [row for row, fields in client.xrange(key) if fields.get("by") == who]


def _member(client: Any, who: str) -> Member | None:
    branch_id = client.hget(BRANCH_OF, who)
    raw = client.hget(members_key(branch_id), who) if branch_id else None
    return load_member(raw) if raw else None


def _put(pipe: Any, who: str, member: Member) -> None:
    pipe.hset(BRANCH_OF, who, member.branch_id)
    pipe.hset(members_key(member.branch_id), who, dump_member(member))
    pipe.incr(VERSION)


def _over(rows: Mapping[str, str], before: date) -> list[str]:
    """The fields of changes whose meetings are long over."""
    activities = {field.rpartition(" ")[0] for field in rows}
    return [
        f"{activity} {change.rule_date}"
        for activity in activities
        for change in load_changes(rows, activity).values()
        if max(change.rule_date, change.to or change.rule_date) < before
    ]
