"""Logging: one JSON line an event on standard error, readable lines on a terminal. The only place that configures
structlog.

No openid, no question and no secret is ever passed to a logger; `tests/bot/test_logs.py` holds us to it.
"""

import io
import logging
import sys
from typing import TextIO, cast

import structlog


def configure(level: int = logging.INFO) -> None:
    """Set up logging for a process or command; standard output is left to what was asked for."""
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _StandardError())),
    )


class _StandardError(io.TextIOBase):
    """Whatever standard error is at the moment of writing."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()
