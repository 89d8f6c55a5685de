"""RabbitMQ's messages, as far as they need no RabbitMQ."""

import pickle  # noqa: TID251  what a stranger might send
from pathlib import Path

import pytest
from aio_pika.exceptions import ChannelInvalidStateError
from taskiq import AckableMessage

from workers.brokers import RabbitBroker, acknowledge, build


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


class Trap:
    """Pickled, it makes a file where it is opened."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


def test_a_pickle_is_no_message_and_is_not_opened(tmp_path: Path) -> None:
    broker = build("amqp://127.0.0.1/", "mail.bulk")
    assert isinstance(broker, RabbitBroker)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        payload = pickle.dumps(Trap(tmp_path / "opened"), protocol)
        assert str(broker._unfit(payload)).startswith("no message of ours")
    assert not (tmp_path / "opened").exists()
    pickle.loads(payload)  # noqa: S301  the trap does work
    assert (tmp_path / "opened").exists()
