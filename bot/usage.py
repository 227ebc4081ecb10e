"""What is wrong with how a command was called, in the operators' words instead of click's."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.terminal import USAGE, fail, say


@contextmanager
def explained() -> Iterator[None]:
    """Around reading a command line; exits with 2 and says what is wrong with it. A group called without a command
    still prints its help.
    """
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        fail("\n".join([_wrong(error), *_right(error.ctx)]), USAGE)


def _wrong(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            return say("usage_no_option", name=error.option_name) + _near(error.possibilities)
        case click.exceptions.NoSuchCommand():
            return say("usage_no_command", name=error.command_name) + _near(error.possibilities)
        case click.BadOptionUsage():
            return say("usage_bare_option", name=error.option_name)
        case click.BadParameter(param=click.Parameter() as parameter):
            return _value(error, parameter)
    return say("usage_extra")


def _near(names: list[str] | None) -> str:
    return say("usage_near", name=names[0]) if names else ""


def _value(error: click.BadParameter, parameter: click.Parameter) -> str:
    name = parameter.opts[0] if isinstance(parameter, click.Option) else parameter.human_readable_name
    if isinstance(error, click.MissingParameter):
        return say("usage_missing", name=name)
    return say("usage_no_file" if isinstance(parameter.type, click.Path) else "usage_bad_value", name=name)


def _right(context: click.Context | None) -> list[str]:
    """How the command is called, and where there is more on it; nothing when it is not known which was meant."""
    if context is None:
        return []
    command, pieces = context.command_path, " ".join(context.command.collect_usage_pieces(context))
    return [say("usage_line", command=command, pieces=pieces), say("usage_help", command=command)]
