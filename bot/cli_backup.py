"""`python -m bot backup`, `restore`: everything in the store as one file, and back."""

from pathlib import Path

import click

from bot import backup_file, backups, wiring
from bot.backup_file import BadBackup, Contents
from bot.settings import Settings
from bot.terminal import FINDING, USAGE, as_text, fail, say, settings_or_exit, store_or_exit


@click.command(help=say("help_backup"))
@click.argument("path", metavar="[FILE]", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def backup(path: Path | None, as_json: bool) -> None:
    """Write everything in the store into a new file."""
    settings = settings_or_exit()
    now = wiring.clock(settings)()
    path = path or settings.data_dir / "backup" / f"zhibu-{now:%Y%m%d-%H%M%S%z}.jsonl.gz"
    with store_or_exit(settings) as store:
        try:
            contents = backups.save(store, path, now)
        except OSError as error:
            fail(say("backup_not_written", path=path, reason=error.strerror), USAGE)
    if as_json:
        click.echo(as_text({"path": str(path), **_data(contents), "bytes": path.stat().st_size}))
    else:
        click.echo(say("backup_written", path=path, keys=contents.keys, size=f"{path.stat().st_size / 1024:.0f}"))


@click.command(help=say("help_restore"))
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help=say("option_replace"))
@click.option("--dry-run", "dry", is_flag=True, help=say("option_restore_dry"))
@click.option("--anyway", is_flag=True, help=say("option_anyway"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def restore(path: Path, replace: bool, dry: bool, anyway: bool, as_json: bool) -> None:
    """Put a backup into the store; reminders are paused then."""
    settings = settings_or_exit()
    try:
        contents = backup_file.check(path) if dry else _restored(settings, path, replace=replace, anyway=anyway)
    except BadBackup as error:
        fail(say(f"restore_{error.reason}", path=path), FINDING)
    except backups.Running as error:
        fail(say("restore_running", roles="、".join(say(f"role_of_{role}") for role in error.roles)), FINDING)
    except backups.NotEmpty as error:
        fail(say("restore_not_empty", keys=error.keys), FINDING)
    except OSError as error:
        fail(f"{path}: {error.strerror}", USAGE)
    if as_json:
        click.echo(as_text(_data(contents)))
        return
    made, version = f"{contents.heading.made:%Y-%m-%d %H:%M}", contents.heading.version
    click.echo(say("restore_checked" if dry else "restored", made=made, version=version, keys=contents.keys))


def _restored(settings: Settings, path: Path, *, replace: bool, anyway: bool) -> Contents:
    with store_or_exit(settings) as store:
        return backups.restore(store, path, wiring.clock(settings), replace=replace, anyway=anyway)


def _data(contents: Contents) -> dict[str, object]:
    heading = contents.heading
    return {
        "made": heading.made.isoformat(),
        "version": heading.version,
        "format": heading.format,
        "keys": contents.keys,
    }
