"""Logging: one JSON line an event on standard error, tracebacks and what libraries log included; readable lines on a
terminal. Times are UTC (…Z). The only place that configures structlog and the standard library's logging.

No openid, no question and no secret is ever passed to a logger; `tests/bot/test_logs.py` holds us to it.
"""

import io
import logging
import sys
from typing import Final, TextIO, cast

import structlog
from structlog.stdlib import ProcessorFormatter


class _StandardError(io.TextIOBase):
    """Whatever standard error is at the moment of writing."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


_STREAM: Final = cast("TextIO", _StandardError())
_OF_LIBRARIES: Final = logging.StreamHandler(_STREAM)


def configure(level: int = logging.INFO) -> None:
    """Set up logging for a process or command; standard output is left to what was asked for. Libraries are heard from
    warnings on.
    """
    stamp: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: list[structlog.types.Processor] = (
        [structlog.dev.ConsoleRenderer()]
        if sys.stderr.isatty()
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    structlog.configure(
        processors=[*stamp, *render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(_STREAM),
    )
    _OF_LIBRARIES.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[*stamp, structlog.stdlib.add_logger_name],
            processors=[ProcessorFormatter.remove_processors_meta, *render],
        )
    )
    logging.getLogger().addHandler(_OF_LIBRARIES)
    logging.captureWarnings(capture=True)
