"""Whether a sender's domain is set up for mail: SPF, DKIM and DMARC, asked of DNS.

DNS may be away or slow: what is not known in time is unknown, and nobody waits for longer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

from core.mail.dns import Dns, DnsAway

TIMEOUT = 1.5  # seconds for all questions together
FRESH = 600.0  # seconds an answer is kept
# A domain's DKIM keys cannot be listed; these are the selectors that providers use.
SELECTORS = ("mail", "default", "dkim", "google", "selector1", "k1", "s1", "mailru", "yandex")
# They sign for their users themselves.
PROVIDERS = {
    *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "icloud.com"),
    *("yandex.ru", "yandex.com", "ya.ru", "mail.ru", "inbox.ru", "list.ru", "bk.ru"),
}

Ask = Callable[[str], Awaitable[list[str]]]  # TXT records, none when there is no such name

_DNS = Dns()


@dataclass(frozen=True)
class DomainCheck:
    """True: set up; False: not; None: could not be found out."""

    domain: str
    spf: bool | None = None
    dkim: bool | None = None
    dmarc: bool | None = None

    @property
    def unknown(self) -> bool:
        return self.spf is None and self.dkim is None and self.dmarc is None

    @property
    def complete(self) -> bool:
        return bool(self.spf and self.dkim and self.dmarc)


# Names for trials, which no DNS will ever know (RFC 6761).
RESERVED = {"example", "invalid", "localhost", "test"}


def is_reserved(domain: str) -> bool:
    """Whether there is nothing to look up."""
    return domain.rpartition(".")[2].lower() in RESERVED


_known: dict[str, tuple[float, DomainCheck]] = {}


def remembered(domain: str) -> DomainCheck | None:
    """What was found out a moment ago."""
    at, found = _known.get(domain, (0.0, None))
    return found if found and monotonic() - at < FRESH else None


async def look(domain: str, ask: Ask = _DNS.txt) -> DomainCheck:
    """Ask all at once; never raises, never takes longer than the time-out."""
    if known := remembered(domain):
        return known
    spf, dmarc, *keys = await asyncio.gather(
        _has(ask, domain, "v=spf1"),
        _has_dmarc(ask, domain),
        *(_has(ask, f"{each}._domainkey.{domain}", "p=") for each in SELECTORS),
    )
    dkim = True if domain in PROVIDERS or True in keys else None if None in keys else False
    found = DomainCheck(domain, spf, dkim, dmarc)
    if not found.unknown:
        _known[domain] = (monotonic(), found)
    return found


async def _has_dmarc(ask: Ask, domain: str) -> bool | None:
    """The policy of the domain or, without one, of the domain above it."""
    found = await _has(ask, f"_dmarc.{domain}", "v=DMARC1")
    above = domain.partition(".")[2]
    if found is False and "." in above:
        return await _has(ask, f"_dmarc.{above}", "v=DMARC1")
    return found


async def _has(ask: Ask, name: str, mark: str) -> bool | None:
    try:
        async with asyncio.timeout(TIMEOUT):
            records = await ask(name)
    except (TimeoutError, OSError, DnsAway):
        return None
    return any(mark.lower() in record.lower() for record in records)
