"""`python -m bot push …`: how the reminders stand, and holding them up."""

from datetime import datetime

import click

from bot import reasons, resuming, round_report, wiring
from bot.brake import BY_OPERATOR, RESTORED, RESTORING, Brake
from bot.ledger import LedgerStore
from bot.platform_errors import UNDELIVERED
from bot.rounds import standings
from bot.settings import Settings
from bot.store import Store
from bot.store_clock import StoreClock
from bot.terminal import FINDING, activities_or_exit, as_text, fail, say, settings_or_exit, store_or_exit


@click.group(help=say("help_push"))
def push() -> None:
    """How the reminders stand, and holding them up."""


@push.command(help=say("help_push_status"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def status(as_json: bool) -> None:
    """Every round in figures."""
    settings = settings_or_exit()
    with store_or_exit(settings) as store:
        found, pauses = standings(store), Brake(store, wiring.clock(settings)).pauses()
    if as_json:
        click.echo(as_text([round_report.data(one) for one in found]))
        return
    for pause in pauses:
        why = reasons.sentence(pause.reason, pause.detail)
        click.echo(say("push_paused_since", since=f"{pause.since:%Y-%m-%d %H:%M}", why=why))
    click.echo(round_report.text(found, activities_or_exit(settings)) if found else say("push_none"))


@push.command(help=say("help_push_pause"))
def pause() -> None:
    """Let nothing out until `resume`."""
    settings = settings_or_exit()
    with store_or_exit(settings) as store:
        Brake(store, wiring.clock(settings)).pause(BY_OPERATOR)
    click.echo(say("push_paused"))


@push.command(help=say("help_push_resume"))
@click.option("--tell-due/--skip-due", "tell", default=None, help=say("option_tell_due"))
def resume(tell: bool | None) -> None:
    """Lift every pause, whoever made it; after a restore only if told what is to become of what is due."""
    settings = settings_or_exit()
    now = wiring.clock(settings)
    with store_or_exit(settings) as store:
        brake = Brake(store, now)
        held = {pause.reason: pause for pause in brake.pauses()}
        if RESTORING in held:
            fail(say("push_resume_restoring"), FINDING)
        if RESTORED in held and tell is None:
            fail(say("push_resume_restored", made=held[RESTORED].detail), FINDING)
        if tell is False:
            click.echo(say("push_resume_skipped", count=_skip_due(settings, store, now())))
        lifted = brake.resume()
    click.echo(say("push_resumed", count=len(lifted)))


def _skip_due(settings: Settings, store: Store, now: datetime) -> int:
    quiet = activities_or_exit(settings).quiet
    if quiet.covers(now.time()):
        fail(say("push_resume_quiet", ends=f"{quiet.ends:%H:%M}"), FINDING)
    return resuming.skip_due(settings, store, now)


@push.command("retry-failed", help=say("help_push_retry"))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
def retry_failed(as_json: bool) -> None:
    """Try those again who certainly did not get it, while it is of use and could succeed; nobody else."""
    with store_or_exit(settings_or_exit()) as store:
        retried = LedgerStore(store).retry(StoreClock(store)())
    if as_json:
        click.echo(as_text({"retried": retried.count, "left": dict(retried.left)}))
        return
    click.echo(say("push_retried", count=retried.count))
    lasting = {reason: count for reason, count in retried.left.items() if reason != UNDELIVERED}
    if lasting:
        click.echo(say("push_left", count=sum(lasting.values()), why=round_report.counted(lasting)))
    if UNDELIVERED in retried.left:
        click.echo(say("push_left_for_now", count=retried.left[UNDELIVERED]))
