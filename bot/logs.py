"""Logging: one JSON line an event on standard error, readable lines on a terminal. The only place that configures
structlog.

No openid, no question and no secret is ever passed to a logger; `tests/bot/test_logs.py` holds us to it.
"""

import logging
import sys

import structlog


def configure() -> None:
    """Set up logging for a process that serves."""
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
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
