"""Postfix, an instance of its own that hands everything on."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.mail.transport import Server
from tests.interop.mx import free_port

SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""

SETTINGS = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.example.org
mydestination =
inet_interfaces = 127.0.0.1
mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_discard_ehlo_keywords = {without}
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {certificate}
smtp_dns_support_level = disabled
default_transport = {transport}
"""


@contextmanager
def postfix(
    program: str,
    folder: Path,
    certificate: Path,
    sink: int = 0,
    without: str = "",
    transport: str = "smtp:[127.0.0.1]:{sink}",
) -> Iterator[Server]:
    """Offers STARTTLS and whatever is not in `without`; hands on by `transport`."""
    port = free_port()
    owner = pwd.getpwnam("postfix")
    for name in ("conf", "queue", "data"):
        (folder / name).mkdir()
    os.chown(folder / "data", owner.pw_uid, owner.pw_gid)
    names = {"folder": folder, "certificate": certificate, "without": without}
    names["transport"] = transport.format(sink=sink)
    (folder / "conf/master.cf").write_text(SERVICES.format(port=port))
    (folder / "conf/main.cf").write_text(SETTINGS.format(**names))
    command = [program, "-c", str(folder / "conf")]
    subprocess.run([*command, "start"], check=True, capture_output=True)  # noqa: S603  our own words
    try:
        yield Server("localhost", port, "starttls", ca_file=str(certificate), connections=4)
    finally:
        subprocess.run([*command, "stop"], check=True, capture_output=True)  # noqa: S603
