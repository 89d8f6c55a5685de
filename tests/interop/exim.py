"""Exim, as unpacked from its package; takes mail by STARTTLS and AUTH only."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.mail.transport import Server
from tests.interop.mx import free_port, process

SETTINGS = """
primary_hostname = mx.example.org
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
deliver_drop_privilege = true
keep_environment =
host_lookup =
smtp_accept_max_per_connection = 0
smtp_accept_queue_per_connection = 0
chunking_advertise_hosts = *
tls_advertise_hosts = *
tls_certificate = {certificate}
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_rcpt = check
acl_smtp_data = accept
begin acl
check:
  accept authenticated = *
  deny
begin routers
all:
  driver = manualroute
  domains = *
  transport = on
  route_list = * 127.0.0.1
  self = send
begin transports
on:
  driver = smtp
  port = {sink}
  allow_localhost
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{user}}}}{{eq{{$auth3}}{{secret}}}}}}}}
  server_set_id = $auth2
"""


@contextmanager
def exim(program: str, folder: Path, certificate: Path, sink: int) -> Iterator[Server]:
    """Offers PIPELINING and CHUNKING."""
    port = free_port()
    owner = pwd.getpwnam("Debian-exim")
    for name in ("spool", "log"):
        (folder / name).mkdir()
        os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    names = {"folder": folder, "port": port, "certificate": certificate, "sink": sink}
    settings = folder / "exim.conf"
    settings.write_text(SETTINGS.format(**names))
    with process([program, "-C", str(settings), "-bdf"], port, folder / "out"):
        account = "localhost", port, "starttls", "user", "secret"
        yield Server(*account, ca_file=str(certificate), connections=4)  # type: ignore[arg-type]
