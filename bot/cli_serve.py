"""`python -m bot run`, `web`: everything on this machine, or what answers members."""

import click

from bot import embedded, health, logs, server, supervise
from bot.loading import material_or_exit
from bot.settings import Settings
from bot.table import box
from bot.terminal import FINDING, fail, level, quietly, say, settings_or_exit


@click.command(help=say("help_run"))
def run() -> None:
    """Start everything on this machine and wait."""
    settings = settings_or_exit(serving=True)
    click.echo(say("run_starting"))
    material_or_exit(settings)  # a corpus with mistakes stops the start, before any process runs
    try:
        supervise.run(settings, on_ready=lambda: click.echo(_welcome(settings)))
    except supervise.Ended as error:
        fail(say("error_ended", what=error), FINDING)
    except embedded.StoreWillNotStart as error:
        fail(say("error_store", reason=error), FINDING)


@click.command(help=say("help_web"))
@quietly
def web(quiet: bool) -> None:
    """Serve until told to stop; with the embedded store when none is configured and none runs."""
    settings = settings_or_exit(serving=True)
    material_or_exit(settings)  # a corpus with mistakes stops the start, before any process runs
    logs.configure(level(quiet))
    if settings.redis_url:
        server.Server(settings).run()
        return
    try:
        with embedded.running(settings.data_dir):
            server.Server(settings).run()
    except embedded.StoreWillNotStart as error:
        fail(say("error_store", reason=error), FINDING)


def _welcome(settings: Settings) -> str:
    url = health.near_url(settings)
    where = say("box_chat", url=f"{url}/") if settings.demo else say("box_webhook", url=settings.public_url or url)
    tries = [f"  · {say(f'box_try_{number}')}" for number in (1, 2, 3)]
    return box(say("box_title"), [where, say("box_try"), *tries, say("box_stop")])
