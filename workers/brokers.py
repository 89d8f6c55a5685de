"""The queues: RabbitMQ's when RABBITMQ_URL is set, else queues of this process.

A queue message carries nothing but a job's id; what is lost with a queue is kicked again.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial

import structlog
from aio_pika import ExchangeType, Message
from aio_pika.exceptions import AMQPError
from taskiq import AckableMessage, AsyncBroker, BrokerMessage
from taskiq.utils import maybe_awaitable
from taskiq_aio_pika import AioPikaBroker, Exchange, Queue, QueueType

log = structlog.get_logger(__name__)

Keep = Callable[[bytes, str], Awaitable[None]]

QUEUES = ("mail.tx", "mail.bulk")
CONCURRENCY = {"mail.tx": 10, "mail.bulk": 4}
DEAD = "mail.dead"
EXCHANGE = "mail"


class LocalBroker(AsyncBroker):
    """A queue within the process; taskiq's receiver bounds how much of it runs at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._queue: asyncio.Queue[bytes] = asyncio.Queue()

    async def kick(self, message: BrokerMessage) -> None:
        """Put a message into the queue."""
        self._queue.put_nowait(message.message)

    async def listen(self) -> AsyncGenerator[bytes, None]:
        """Messages as they come."""
        while True:
            yield await self._queue.get()


class RabbitBroker(AioPikaBroker):
    """A quorum queue; messages that no worker understands go where a person can see them."""

    keep: Keep | None = None

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Messages that name a task; taskiq would drop the others without a trace."""
        async for message in super().listen():
            message = AckableMessage(data=message.data, ack=partial(acknowledge, message))
            if reason := self._unfit(message.data):
                await self._set_aside(message, reason)
            else:
                yield message

    def _unfit(self, data: bytes) -> str | None:
        try:
            name = self.formatter.loads(data).task_name
        except Exception as error:  # whatever a stranger may have put into the queue
            return f"no message of ours: {type(error).__name__}"
        return None if self.find_task(name) else f"unknown task {name}"

    async def _set_aside(self, message: AckableMessage, reason: str) -> None:
        assert self.write_channel is not None  # noqa: S101  it listens, so it has started
        kept = Message(message.data, headers={"reason": reason})
        await self.write_channel.default_exchange.publish(kept, self._dead_letter_queue.name)
        if self.keep is not None:
            await self.keep(message.data, reason)
        acknowledged = message.ack()
        if acknowledged is not None:
            await acknowledged


async def acknowledge(message: AckableMessage) -> None:
    """Where the connection was lost meanwhile the message comes again: its job knows better."""
    try:
        await maybe_awaitable(message.ack())
    except (AMQPError, RuntimeError, OSError) as error:
        log.debug("message not acknowledged", reason=type(error).__name__)


def build(
    rabbitmq_url: str | None, queue: str, prefix: str = "", keep: Keep | None = None
) -> AsyncBroker:
    """A broker of one queue. Nothing is connected before its `startup`.

    `keep` takes messages that no worker understands, besides their own queue.
    """
    if rabbitmq_url is None:
        return LocalBroker()
    broker = RabbitBroker(
        rabbitmq_url,
        qos=CONCURRENCY[queue],
        exchange=Exchange(name=prefix + EXCHANGE, type=ExchangeType.DIRECT),
        task_queues=[Queue(name=prefix + queue, type=QueueType.QUORUM)],
        dead_letter_queue=Queue(name=prefix + DEAD, type=QueueType.QUORUM),
        timeout=10,
        reconnect_interval=1,
    )
    broker.keep = keep
    return broker
