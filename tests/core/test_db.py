"""Connections to PostgreSQL."""

import socket
import sys

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no such time")
async def test_a_server_whose_machine_is_gone_is_given_half_a_minute(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        wire = raw._transport.get_extra_info("socket")
        if wire.family == socket.AF_UNIX:
            pytest.skip("a socket in the file system is never far away")
        assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
