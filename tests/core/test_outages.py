"""What of a service that is away is told, and how."""

import asyncio

import pytest
from aio_pika.exceptions import AMQPConnectionError

from core.outages import unheard


@pytest.mark.parametrize(
    ("trouble", "whole"),
    [
        (AMQPConnectionError("closed"), False),
        (TimeoutError(), False),
        (StopAsyncIteration(), False),
        (ValueError("ours"), True),
    ],
)
async def test_only_a_mistake_of_our_own_is_told_as_an_error_nobody_caught(
    caplog: pytest.LogCaptureFixture, trouble: Exception, whole: bool
) -> None:
    context = {"message": "exception was never retrieved", "exception": trouble}
    unheard(asyncio.get_running_loop(), context)
    assert ("never retrieved" in caplog.text) is whole
