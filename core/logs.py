"""Structured logs: readable in a terminal, JSON otherwise; no secrets, no whole addresses."""

import logging
import re
import sys

import structlog

# A library's error may quote the address it spoke to: Telegram's holds the bot's token, others a
# password.
_SECRET = re.compile(r"(?<=[0-9]:)[A-Za-z0-9_-]{20,}|(?<=://)[^\s/@'\"]*:[^\s/@'\"]+(?=@)")


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


class _Discreet(structlog.stdlib.ProcessorFormatter):
    """Says no secret, whoever puts it into a line or an exception."""

    def format(self, record: logging.LogRecord) -> str:
        return _SECRET.sub("…", super().format(record))


def _formatter(shared: list[structlog.typing.Processor]) -> logging.Formatter:
    terminal = sys.stderr.isatty()
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    )
    trace = [] if terminal else [structlog.processors.format_exc_info]
    return _Discreet(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *trace,
            last,
        ],
    )
