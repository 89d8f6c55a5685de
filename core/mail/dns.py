"""Questions to the DNS, behind one class that tests replace."""

import asyncio
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.resolver
import dns.reversename

PATIENCE = 3.0  # seconds for one question


class DnsAway(Exception):
    """There was no answer: nothing is known."""


class Dns:
    """The resolver of this machine. A name that does not exist has no records."""

    async def txt(self, name: str) -> list[str]:
        """The TXT records of a name, each in one piece."""
        answer = await self._ask(name, "TXT")
        return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]

    async def addresses(self, host: str) -> list[str]:
        """Where a host is."""
        found = await asyncio.gather(self._ask(host, "A"), self._ask(host, "AAAA"))
        return [row.address for rows in found for row in rows]

    async def names(self, address: str) -> list[str]:
        """How an address is called (PTR)."""
        answer = await self._ask(dns.reversename.from_address(address).to_text(), "PTR")
        return [row.target.to_text().rstrip(".").lower() for row in answer]

    async def _ask(self, name: str, kind: str) -> list[Any]:
        try:
            return list(await dns.asyncresolver.resolve(name, kind, lifetime=PATIENCE))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, UnicodeError) as error:
            raise DnsAway(type(error).__name__) from error
