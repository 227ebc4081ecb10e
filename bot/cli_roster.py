"""`python -m bot roster …`: who belongs to which branch, from files and back, and how members are invited."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from bot import roster_report
from bot.branch_book import BranchBook
from bot.invitations import Invitations
from bot.roster_store import RosterStore
from bot.settings import Settings
from bot.terminal import FINDING, USAGE, activities_or_exit, as_text, fail, report, say, settings_or_exit, store_or_exit
from content.files import ContentError, Problem
from scheduler import roster_files
from scheduler.roster import Role
from scheduler.roster_changes import RosterChanges, compare

FILE: Final = click.Path(dir_okay=False, path_type=Path)
TRIES: Final = 5  # while members bind themselves meanwhile


@click.group(help=say("help_roster"))
def roster() -> None:
    """Branches and members."""


@roster.command("import", help=say("help_roster_import"))
@click.option("--branches", required=True, type=FILE, help=say("option_branches"))
@click.option("--members", required=True, type=FILE, help=say("option_members"))
@click.option("--yes", is_flag=True, help=say("option_roster_yes"))
@click.option("--replace", "strictly", is_flag=True, help=say("option_strictly"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def import_(branches: Path, members: Path, yes: bool, strictly: bool, as_json: bool) -> None:
    """Show what two files would change in the roster; write it once that is confirmed."""
    settings = settings_or_exit()
    roles = _roles(settings)
    wanted = _read(branches, members, roles, as_json)
    with store_or_exit(settings) as store:
        keeper = RosterStore(store)
        for _ in range(TRIES):
            changes, version = _changes(keeper, wanted, strictly)
            if not as_json:
                click.echo("\n".join(roster_report.lines(changes, roster_files.words_of(roles))))
            agreed = bool(changes) and (yes or _confirmed(as_json))
            written = agreed and keeper.write(changes, version)
            if written == agreed:
                break
            click.echo(say("roster_overtaken"), err=as_json)
        else:
            fail(say("roster_busy"), FINDING)
        if as_json:
            click.echo(as_text(roster_report.data(changes) | {"written": written}))
        else:
            _conclude(keeper, changes, written=written)


@roster.command("export", help=say("help_roster_export"))
@click.option("--branches", required=True, type=FILE, help=say("option_branches"))
@click.option("--members", required=True, type=FILE, help=say("option_members"))
def export(branches: Path, members: Path) -> None:
    """Write the roster as the two files that `import` reads."""
    settings = settings_or_exit()
    roles = _roles(settings)
    with store_or_exit(settings) as store:
        found = RosterStore(store).snapshot()
    _save(branches, roster_files.dump_branches(found.branches.values()))
    _save(members, roster_files.dump_members(found.members.values(), roster_files.words_of(roles)))
    click.echo(say("roster_exported", branches=len(found.branches), members=len(found.members)))


@roster.command(help=say("help_roster_code"))
@click.argument("branch_id")
@click.option("--renew", is_flag=True, help=say("option_renew"))
def code(branch_id: str, renew: bool) -> None:
    """A branch's invitation code."""
    with store_or_exit(settings_or_exit()) as store:
        invitations = Invitations(store)
        found = invitations.code(branch_id)
        if not found:
            fail(say("roster_no_branch", id=branch_id), FINDING)
        click.echo(invitations.renew(branch_id) if renew else found)


@roster.command(help=say("help_roster_scene"))
@click.argument("branch_id")
def scene(branch_id: str) -> None:
    """What a branch's QR code carries."""
    with store_or_exit(settings_or_exit()) as store:
        found = Invitations(store).scene(branch_id)
    if not found:
        fail(say("roster_no_branch", id=branch_id), FINDING)
    click.echo(found)


def _roles(settings: Settings) -> dict[str, Role]:
    """Editors' words for the roles; exits with what is wrong with the file they stand in."""
    return {word: Role(role) for word, role in activities_or_exit(settings).roles.items()}


@roster.command(help=say("help_roster_role"))
@click.argument("branch_id")
@click.argument("name")
@click.argument("roles")
def role(branch_id: str, name: str, roles: str) -> None:
    """Give a member who bound themselves their roles, by the name they left."""
    settings = settings_or_exit()
    known = _roles(settings)
    wanted, unknown = roster_files.roles_in(roles, known)
    if unknown or not wanted:
        fail(
            say("problem_unknown_role", role=say("comma").join(unknown) or roles, known=say("comma").join(known)), USAGE
        )
    with store_or_exit(settings) as store:
        book = BranchBook(store)
        names = book.names(branch_id)
        found = [openid for openid, called in names.items() if called == name]
        if len(found) != 1:
            key = "roster_name_twice" if found else "roster_no_name"
            fail(say(key, id=branch_id, name=name, names=say("comma").join(sorted(names.values()))), FINDING)
        book.set_roles(found[0], wanted)
    words = roster_files.words_of(known)
    click.echo(say("roster_role", name=name, roles=";".join(word for one, word in words.items() if one in wanted)))


def _read(branches: Path, members: Path, roles: Mapping[str, Role], as_json: bool) -> roster_files.Roster:
    """What the files say; exits with everything that is wrong with them."""
    try:
        return roster_files.read(_bytes(branches), _bytes(members), roles)
    except ContentError as error:
        report(error.problems, as_json)
        raise


def _bytes(path: Path) -> tuple[Path, bytes]:
    try:
        return path, path.read_bytes()
    except OSError as error:
        raise ContentError([Problem(path, 0, "unreadable", (("reason", error.strerror),))]) from error


def _save(path: Path, raw: bytes) -> None:
    """Write a file that only its owner may read: it holds openids."""
    try:
        path.touch(mode=0o600)
        path.write_bytes(raw)
    except OSError as error:
        fail(f"{path}: {error.strerror}", USAGE)


def _changes(keeper: RosterStore, wanted: roster_files.Roster, strictly: bool) -> tuple[RosterChanges, int]:
    """What the files change in the roster as it is now, and its version."""
    now = keeper.snapshot()
    unbound = keeper.unbound(wanted.members)
    return compare(now.branches, now.members, wanted, unbound, strictly=strictly), now.version


def _confirmed(as_json: bool) -> bool:
    """Ask, where there is somebody to ask."""
    return not as_json and sys.stdin.isatty() and click.confirm(say("roster_ask"))


def _conclude(keeper: RosterStore, changes: RosterChanges, *, written: bool) -> None:
    if written:
        branches, members = keeper.sizes()
        click.echo(say("roster_written", branches=branches, members=members))
    elif changes:
        click.echo(say("roster_dry"))
