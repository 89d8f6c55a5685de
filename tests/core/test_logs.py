"""What is said in the log, and what never is."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from core import logs

TOKEN = "123456789:AAHf-Zq_1x2y3z4w5v6u7t8s9r0q1p2o3n4"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root, configured = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configured)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"no answer of https://api.telegram.org/bot{TOKEN}/sendMessage", "/sendMessage"),
        ("no way to postgresql://mail:hunter2@db.example:5432/mail", "@db.example:5432/mail"),
        ("no way to redis://:hunter2@127.0.0.1/0", "@127.0.0.1/0"),
    ],
)
def test_a_secret_in_an_error_of_a_library_is_not_logged(
    capsys: pytest.CaptureFixture[str], said: str, shown: str
) -> None:
    logs.set_up()
    try:
        raise OSError(said)
    except OSError:
        logging.getLogger("aiohttp").exception("at 12:30:45 a request failed")
    told = capsys.readouterr().err
    assert "at 12:30:45 a request failed" in told
    assert shown in told
    assert "hunter2" not in told
    assert TOKEN.partition(":")[2] not in told
