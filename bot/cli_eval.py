"""`python -m bot eval FILE…`: labelled questions scored, or the most any matcher could score on this corpus."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bot import evaluate, wiring
from bot.loading import services_or_exit
from bot.table import bar, rows
from bot.terminal import USAGE, as_text, fail, say, settings_or_exit
from handlers.services import Services


@click.command("eval", help=say("help_eval"))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=say("option_json"))
@click.option("--failures", is_flag=True, help=say("option_failures"))
@click.option("--ceiling", "only_ceiling", is_flag=True, help=say("option_ceiling"))
def eval_(files: tuple[Path, ...], as_json: bool, failures: bool, only_ceiling: bool) -> None:
    """Score labelled questions."""
    settings = settings_or_exit()
    services = services_or_exit(settings)
    try:
        labelled = [row for path in files for row in evaluate.read(path)]
    except evaluate.BadLabels as error:
        fail(str(error), USAGE)
    if only_ceiling:
        _ceiling(labelled, services, as_json, failures)
        return
    scoring = evaluate.score(labelled, services, wiring.clock(settings))
    scored = list(scoring if as_json else bar(say("eval_progress"), scoring, len(labelled)))
    times = [item.milliseconds for item in scored]
    latency = {"p50": round(evaluate.percentile(times, 0.5), 2), "p99": round(evaluate.percentile(times, 0.99), 2)}
    summaries = evaluate.summaries(scored)
    if as_json:
        groups = [
            {"name": s.name.strip(), "total": s.total, **{mark: s.counts[mark] for mark in evaluate.Mark}}
            for s in summaries
        ]
        click.echo(as_text({"groups": groups, "milliseconds": latency, "messages": [asdict(item) for item in scored]}))
        return
    click.echo(_score_table(summaries))
    click.echo(say("eval_latency", **latency))
    for item in scored if failures else ():
        if item.mark not in (evaluate.Mark.RIGHT, evaluate.Mark.TAP):
            reply = item.reply.replace("\n", " ")[:80]
            click.echo(say("eval_failure", mark=item.mark, id=item.id, question=item.question, reply=reply))


def _ceiling(labelled: Sequence[dict[str, Any]], services: Services, as_json: bool, failures: bool) -> None:
    found = evaluate.ceiling(labelled, services)
    missing = [reached for reached in found if not reached.entry_ids]
    if as_json:
        click.echo(as_text({"total": len(found), "missing": len(missing), "questions": [asdict(r) for r in found]}))
        return
    share = (len(found) - len(missing)) / len(found) if found else 1.0
    click.echo(say("eval_ceiling", total=len(found), reached=len(found) - len(missing), share=f"{share:.1%}"))
    for reached in missing if failures else ():
        click.echo(say("eval_ceiling_missing", id=reached.id, question=reached.question))


def _score_table(summaries: Iterable[evaluate.Summary]) -> str:
    header = [say(f"eval_columns_{name}") for name in ("group", "total", *evaluate.Mark)]
    body = [
        [s.name, str(s.total), *(f"{s.counts[mark]} ({s.share(mark):.0%})" for mark in evaluate.Mark)]
        for s in summaries
    ]
    return rows([header, *body])
