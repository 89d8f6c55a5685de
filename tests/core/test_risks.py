"""Settings that a stranger could make use of are named at the start."""

from typing import Any

import pytest

from core.settings import Settings, risks


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, None),
        ({"rabbitmq_url": "amqp://guest:guest@rabbit:5672/"}, "RABBITMQ_URL"),
        ({"rabbitmq_url": "amqp://rabbit/"}, "RABBITMQ_URL"),
        ({"rabbitmq_url": "amqp://guest:guest@127.0.0.1/"}, None),
        ({"rabbitmq_url": "amqp://me:secret@rabbit/"}, None),
        ({"redis_url": "redis://redis:6379/0"}, "REDIS_URL"),
        ({"redis_url": "redis://:secret@redis:6379/0"}, None),
        ({"public_url": "http://mail.example.org"}, "PUBLIC_URL"),
        ({"public_url": "https://mail.example.org"}, None),
    ],
)
def test_a_risk_is_named_without_its_value(fields: dict[str, Any], named: str | None) -> None:
    found = risks(Settings(_env_file=None, **fields))  # type: ignore[call-arg]
    assert [line.partition(" ")[0] for line in found] == ([named] if named else [])
    assert "secret" not in str(found)
