"""RabbitMQ's messages, as far as they need no RabbitMQ."""

import pytest
from aio_pika.exceptions import ChannelInvalidStateError
from taskiq import AckableMessage

from workers.brokers import acknowledge


@pytest.mark.parametrize("trouble", [ChannelInvalidStateError, ConnectionResetError])
async def test_a_connection_lost_before_the_acknowledgement_is_no_error(
    trouble: type[Exception],
) -> None:
    asked = []

    async def ack() -> None:
        asked.append(trouble)
        raise trouble

    await acknowledge(AckableMessage(data=b"", ack=ack))
    assert asked == [trouble]
