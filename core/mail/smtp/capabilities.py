"""What a server offers in its answer to EHLO."""

from dataclasses import dataclass, field

from core.mail.smtp.replies import Reply


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Extensions that matter here; a size of 0 means that no limit was named."""

    pipelining: bool = False
    chunking: bool = False
    starttls: bool = False
    eight_bit: bool = False
    smtputf8: bool = False
    size: int | None = None
    auth: frozenset[str] = field(default=frozenset())


def capabilities(reply: Reply) -> Capabilities:
    """Read the lines after the first."""
    words = [line.upper().replace("AUTH=", "AUTH ").split() for line in reply.lines[1:]]
    offered = {line[0]: line[1:] for line in words if line}
    size = offered.get("SIZE")
    return Capabilities(
        pipelining="PIPELINING" in offered,
        chunking="CHUNKING" in offered,
        starttls="STARTTLS" in offered,
        eight_bit="8BITMIME" in offered,
        smtputf8="SMTPUTF8" in offered,
        size=None if size is None else int(size[0]) if size and size[0].isdigit() else 0,
        auth=frozenset(offered.get("AUTH", ())),
    )
