"""Where an owner's account may connect to: servers on the Internet, and no address of ours."""

import asyncio
import socket
from dataclasses import replace

from core.accounts.rules import PORTS, public
from core.errors import Invalid
from core.i18n import N_
from core.mail.transport import AccountProblem, Server

NOT_FOUND = N_("There is no server called “{host}”. For example: smtp.example.org")
NOT_PUBLIC = N_("“{host}” is no mail server on the Internet, so it cannot be used here.")
PORT = N_("Mail servers listen on ports {ports}, not on {port}.")

RESOLVING = 10.0


async def reached(server: Server) -> Server:
    """The server with the address that was looked at: what is connected to is what was checked.

    Raises Invalid.
    """
    if server.port not in PORTS:
        raise Invalid(PORT, ports=", ".join(map(str, PORTS)), port=server.port)
    addresses = await _resolved(server.host, server.port)
    if not all(map(public, addresses)):
        raise Invalid(NOT_PUBLIC, host=server.host)
    return replace(server, address=addresses[0])


async def reached_again(server: Server) -> Server:
    """The same for an account in use, whose name may lead elsewhere by now."""
    try:
        return await reached(server)
    except Invalid as error:
        raise AccountProblem("connect", text=error.text.format(**error.fields)) from error


async def _resolved(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVING):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise Invalid(NOT_FOUND, host=host) from error
    return [str(address[0]) for *_, address in found]
