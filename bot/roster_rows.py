"""The roster's keys, and what stands under them: branches, members, changes and answers as text and back."""

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final

from handlers.book import Attendance
from scheduler.agenda import Meeting
from scheduler.roster import Branch, Change, Member, Role

VERSION: Final = "bot:roster:version"
BRANCHES: Final = "bot:roster:branches"  # id -> branch
BRANCH_OF: Final = "bot:roster:branch_of"  # pseudonym -> id of the branch
UNBOUND: Final = "bot:roster:unbound"  # pseudonyms of those who unbound themselves: no file brings them back
CHANGED: Final = "bot:roster:changed"  # ids of the branches with changed occurrences


def members_key(branch_id: str) -> str:
    """Pseudonym -> member."""
    return f"bot:roster:members:{branch_id}"


def names_key(branch_id: str) -> str:
    """Pseudonym -> the name the secretary sees."""
    return f"bot:roster:names:{branch_id}"


def changes_key(branch_id: str) -> str:
    """Activity id, a space, rule date -> change."""
    return f"bot:roster:changes:{branch_id}"


def acts_key(branch_id: str) -> str:
    """A stream of what secretaries did."""
    return f"bot:roster:acts:{branch_id}"


def acted_key(who: str) -> str:
    """Ids of the branches in whose stream of acts this one stands, as doer or otherwise: to find them there again."""
    return f"bot:roster:acted:{who}"


def guesses_key(who: str) -> str:
    """How many wrong invitation codes this one has tried of late."""
    return f"bot:roster:guesses:{who}"


def answers_key(who: str) -> str:
    """Activity id, branch id and rule date -> the member's answer."""
    return f"bot:roster:answers:{who}"


def dump_branch(branch: Branch) -> str:
    """The branch as text."""
    at = branch.party_time.isoformat() if branch.party_time else ""
    return json.dumps([branch.id, branch.name, branch.parent, branch.party_day, at, branch.place], ensure_ascii=False)


def load_branch(raw: str) -> Branch:
    """The branch of that text."""
    branch_id, name, parent, party_day, at, place = json.loads(raw)
    return Branch(branch_id, name, parent, party_day, time.fromisoformat(at) if at else None, place)


def dump_member(member: Member) -> str:
    """The member as text."""
    at = member.consented_at.isoformat() if member.consented_at else ""
    roles, muted = sorted(member.roles), sorted(member.muted)
    return json.dumps([member.openid, member.branch_id, roles, at, member.consent_source, muted, int(member.exempt)])


def load_member(raw: str) -> Member:
    """The member of that text."""
    openid, branch_id, roles, at, source, muted, exempt = json.loads(raw)
    consented_at = datetime.fromisoformat(at) if at else None
    return Member(openid, branch_id, frozenset(map(Role, roles)), consented_at, source, frozenset(muted), bool(exempt))


def dump_change(change: Change) -> str:
    """The change as text, without its rule date."""
    to = change.to.isoformat() if change.to else ""
    at = change.at.isoformat() if change.at else ""
    return json.dumps([change.version, to, at, int(change.cancelled), change.note], ensure_ascii=False)


def load_changes(rows: Mapping[str, str], activity_id: str) -> dict[date, Change]:
    """The changes of one activity, by rule date, from a branch's hash of changes."""
    result = {}
    for key, raw in rows.items():
        activity, _, day = key.rpartition(" ")
        if activity == activity_id:
            version, to, at, cancelled, note = json.loads(raw)
            result[date.fromisoformat(day)] = Change(
                date.fromisoformat(day),
                version,
                date.fromisoformat(to) if to else None,
                time.fromisoformat(at) if at else None,
                bool(cancelled),
                note,
            )
    return result


def answer_field(meeting: Meeting) -> str:
    """Under which a member's answers hold that meeting."""
    return f"{meeting.activity_id} {meeting.branch_id} {meeting.rule_date}"


def dump_answer(answer: Attendance) -> str:
    """The answer as text."""
    kept = [int(answer.coming), answer.reason, answer.at.isoformat(), answer.version]
    return json.dumps(kept, ensure_ascii=False)


def load_answer(raw: str) -> Attendance:
    """The answer of that text."""
    coming, reason, at, version = json.loads(raw)
    return Attendance(bool(coming), reason, datetime.fromisoformat(at), version)
