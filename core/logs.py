"""Structured logs: readable in a terminal, JSON otherwise; no secrets, no whole addresses."""

import logging
import sys

import structlog


def set_up(*, debug: bool = False) -> None:
    """Send our own and the libraries' log lines to standard error in one shape."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(shared))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for noisy in ("mail.log", "alembic", "aiormq", "taskiq"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for telling in ("aiogram.event", "aiohttp.access"):
        logging.getLogger(telling).setLevel(logging.INFO if debug else logging.WARNING)


def _formatter(shared: list[structlog.typing.Processor]) -> logging.Formatter:
    terminal = sys.stderr.isatty()
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    )
    trace = [] if terminal else [structlog.processors.format_exc_info]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *trace,
            last,
        ],
    )
