"""Who belongs to which branch, in the store: binding, leaving, names, what members want to hear of.

Nothing here costs more than one branch.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot import acts
from bot.calendar_links import CalendarLinks
from bot.invitations import Invitations
from bot.roster_rows import (
    BRANCH_OF,
    BRANCHES,
    UNBOUND,
    VERSION,
    dump_member,
    guesses_key,
    load_member,
    members_key,
    names_key,
)
from bot.roster_store import RosterStore, remove_member, transact
from bot.store import Store
from handlers.book import Action, Consent, TooManyGuesses
from scheduler.roster import Branch, Member, Role

GUESSES: Final = 10  # wrong codes of one member; there are 31^6
GUESSES_LAST: Final = timedelta(hours=1)  # since the last of them


class NoSuchBranch(LookupError):
    """The branch is not on the roster (any more)."""


class Memberships:
    """Who belongs where. Every method raises StoreUnavailable; the member must be told then."""

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

    def branch_of_code(self, code: str, openid: str) -> Branch | None:
        """The branch this invitation code leads to, in any case and width. Raises TooManyGuesses."""
        key = guesses_key(self._who(openid))
        with self._store.commands() as client:
            if int(client.get(key) or 0) >= GUESSES:
                raise TooManyGuesses
        branch_id = self._invitations.branch_id_of_code(code)
        if branch_id is None:
            with self._store.commands() as client:
                pipe = client.pipeline()
                pipe.incr(key)
                pipe.expire(key, GUESSES_LAST)
                pipe.execute()
        return self.branch(branch_id) if branch_id else None

    def code(self, branch_id: str) -> str:
        """The branch's invitation code; empty = no such branch."""
        return self._invitations.code(branch_id)

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

        def wipe(pipe: Any, who: str) -> None:
            pipe.srem(UNBOUND, who)
            pipe.delete(guesses_key(who))

        self._remove(openid, wipe)

    def _remove(self, openid: str, mark: Callable[[Any, str], object]) -> None:
        who = self._who(openid)

        def work(pipe: Any) -> None:
            branch_id = pipe.hget(BRANCH_OF, who)
            theirs = acts.of(pipe, who)
            pipe.multi()
            mark(pipe, who)
            acts.remove(pipe, who, theirs)
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

    def set_roles(self, openid: str, roles: frozenset[Role]) -> None:
        """Make the member this and nothing else."""
        self._update(openid, lambda member: replace(member, roles=roles))

    def mute(self, openid: str, activity_id: str, muted: bool, now: datetime) -> None:
        """Whether the member does not want to hear of the activity. Asking for it again is consent, kept with time."""

        def changed(member: Member) -> Member:
            if muted:
                return replace(member, muted=member.muted | {activity_id})
            return replace(member, muted=member.muted - {activity_id}, consented_at=now)

        self._update(openid, changed)

    def set_exempt(self, openid: str, exempt: bool, by: str, now: datetime) -> None:
        """Whether the member is neither reminded nor counted; records who said so in the same step."""
        who = self._who(openid)
        action = Action.EXEMPT if exempt else Action.INCLUDE

        def work(pipe: Any) -> None:
            member = _member(pipe, who)
            pipe.multi()
            if member is not None:
                _put(pipe, who, replace(member, exempt=exempt))
                about = {"whom": who, "at": now.isoformat()}
                acts.note(pipe, self._who(by), action, member.branch_id, about)

        transact(self._store, work)

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


def _member(client: Any, who: str) -> Member | None:
    branch_id = client.hget(BRANCH_OF, who)
    raw = client.hget(members_key(branch_id), who) if branch_id else None
    return load_member(raw) if raw else None


def _put(pipe: Any, who: str, member: Member) -> None:
    pipe.hset(BRANCH_OF, who, member.branch_id)
    pipe.hset(members_key(member.branch_id), who, dump_member(member))
    pipe.incr(VERSION)
