"""OpenSMTPD, as unpacked from its package.

Without TLS and therefore without AUTH: what Debian 12 has cannot use its own key with OpenSSL 3.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.mail.transport import Server
from tests.interop.mx import free_port, process

SETTINGS = """
listen on lo port {port} hostname mx.example.org
action "on" relay host "smtp+notls://127.0.0.1:{sink}"
match from any for any action "on"
"""


@contextmanager
def opensmtpd(program: str, folder: Path, _certificate: Path, sink: int) -> Iterator[Server]:
    """Its queue is in /var/spool/smtpd, wherever it was unpacked."""
    port = free_port()
    settings = folder / "smtpd.conf"
    settings.write_text(SETTINGS.format(port=port, sink=sink))
    with process([program, "-d", "-f", str(settings)], port, folder / "out"):
        yield Server("127.0.0.1", port, "none", connections=4)
