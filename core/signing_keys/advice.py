"""How the DNS of a sender's domain stands: SPF, DKIM, DMARC and the server's name, with advice."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from core.i18n import N_
from core.mail.dns import Dns, DnsAway
from core.signing_keys.models import SigningKey
from core.signing_keys.service import record

State = Literal["good", "weak", "missing", "unknown"]

SPF_GOOD = N_("The domain says who may send for it.")
SPF_MISSING = N_("The domain does not say who may send for it: publish this record.")
SPF_MANY = N_("There are {n} SPF records, so that none counts: join them into one.")
SPF_OPEN = N_("The record lets everybody send (+all): end it with ~all or -all.")
SPF_LOOSE = N_("The record has no end: add ~all, so that others are told apart.")
DKIM_GOOD = N_("The public key is published: mails can be signed.")
DKIM_OTHER = N_("Another key stands there: replace the record by this one.")
DKIM_MISSING = N_("The public key is not published yet: add this record.")
DKIM_NO_KEY = N_("There is no key for this domain yet: make one below.")
DMARC_GOOD = N_("Receivers know what to do with forged mails.")
DMARC_WATCH = N_(
    "Receivers are only asked to watch (p=none). When all your mails pass, change it to "
    "p=quarantine."
)
DMARC_MISSING = N_("Large providers want a DMARC record of whoever sends much: publish this one.")
PTR_GOOD = N_("The server's address leads to its name and back.")
PTR_MISSING = N_("Addresses of the server without a name: {addresses}. Ask its provider for one.")
PTR_OTHER = N_("The names of these addresses do not lead back to them: {addresses}.")
PTR_NOWHERE = N_("There is no server of this name.")
UNKNOWN = N_("The DNS did not answer. Try again in a minute.")

_ALL = re.compile(r"(?:^|\s)([+?~-]?)all(?:\s|$)", re.IGNORECASE)
_POLICY = re.compile(r"(?:^|;)\s*p\s*=\s*(\w+)", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """One thing looked at: how it stands, what was found, what to do, what to publish."""

    kind: str
    state: State
    advice: str
    found: Sequence[str] = ()
    publish: tuple[str, str] | None = None
    fields: dict[str, object] = field(default_factory=dict)


async def examine(dns: Dns, domain: str, host: str, key: SigningKey | None) -> Sequence[Finding]:
    """Everything at once; what the DNS does not tell is unknown."""
    return await asyncio.gather(
        _asked("SPF", lambda: _spf(dns, domain, host)),
        _asked("DKIM", lambda: _dkim(dns, key)),
        _asked("DMARC", lambda: _dmarc(dns, domain)),
        _asked("PTR", lambda: _ptr(dns, host)),
    )


async def is_published(dns: Dns, key: SigningKey) -> bool:
    """Whether receivers can check what the key signs; raises DnsAway."""
    name, value = record(key)
    return any(_key_of(text) == _key_of(value) for text in await dns.txt(name))


async def _asked(kind: str, look: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await look()
    except DnsAway:
        return Finding(kind, "unknown", UNKNOWN)


async def _spf(dns: Dns, domain: str, host: str) -> Finding:
    found = [text for text in await dns.txt(domain) if text.lower().startswith("v=spf1")]
    if not found:
        return Finding("SPF", "missing", SPF_MISSING, (), (domain, f"v=spf1 mx a:{host} ~all"))
    if len(found) > 1:
        return Finding("SPF", "weak", SPF_MANY, found, fields={"n": len(found)})
    end = _ALL.search(found[0])
    if end and end[1] in ("", "+"):
        return Finding("SPF", "weak", SPF_OPEN, found)
    ended = end is not None or "redirect=" in found[0].lower()
    return Finding("SPF", "good" if ended else "weak", SPF_GOOD if ended else SPF_LOOSE, found)


async def _dkim(dns: Dns, key: SigningKey | None) -> Finding:
    if key is None:
        return Finding("DKIM", "missing", DKIM_NO_KEY)
    name, value = record(key)
    found = await dns.txt(name)
    if any(_key_of(text) == _key_of(value) for text in found):
        return Finding("DKIM", "good", DKIM_GOOD, found)
    state: State = "weak" if found else "missing"
    return Finding("DKIM", state, DKIM_OTHER if found else DKIM_MISSING, found, (name, value))


async def _dmarc(dns: Dns, domain: str) -> Finding:
    """The domain's own policy or, without one, that of a domain above it."""
    labels = domain.split(".")
    for n in range(len(labels) - 1):
        above = ".".join(labels[n:])
        texts = await dns.txt(f"_dmarc.{above}")
        if found := [text for text in texts if text.lower().startswith("v=dmarc1")]:
            policy = _POLICY.search(found[0])
            strict = policy is not None and policy[1].lower() in ("quarantine", "reject")
            advice = DMARC_GOOD if strict else DMARC_WATCH
            return Finding("DMARC", "good" if strict else "weak", advice, found)
    publish = f"_dmarc.{domain}", f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"
    return Finding("DMARC", "missing", DMARC_MISSING, (), publish)


async def _ptr(dns: Dns, host: str) -> Finding:
    addresses = await dns.addresses(host)
    if not addresses:
        return Finding("PTR", "missing", PTR_NOWHERE)
    names = dict(zip(addresses, await asyncio.gather(*map(dns.names, addresses)), strict=True))
    nameless = [address for address, found in names.items() if not found]
    said = [f"{address} → {', '.join(found) or '—'}" for address, found in names.items()]
    if nameless:
        fields: dict[str, object] = {"addresses": ", ".join(nameless)}
        return Finding("PTR", "missing", PTR_MISSING, said, fields=fields)
    astray = [address for address, found in names.items() if not await _back(dns, address, found)]
    if astray:
        return Finding("PTR", "weak", PTR_OTHER, said, fields={"addresses": ", ".join(astray)})
    return Finding("PTR", "good", PTR_GOOD, said)


async def _back(dns: Dns, address: str, names: Sequence[str]) -> bool:
    found = await asyncio.gather(*map(dns.addresses, names))
    return any(address in each for each in found)


def _key_of(text: str) -> str:
    """The key in a record: providers break it into pieces and add spaces."""
    tags = (tag.partition("=") for tag in text.replace(" ", "").split(";"))
    return next((value for name, _, value in tags if name.lower() == "p"), "")
