"""SMTP as a client: `SmtpTransport` sends, `probe` asks a server what it can do.

transport   lanes: connections opened, renewed and given up; what a send shares
dialogue    greeting, STARTTLS, sign-in: one command at a time
pipelining  the fast path: one write and one round trip a message
chunking    several whole messages in flight, for long lines
lockstep    for servers that offer neither
"""

from core.mail.smtp.probe import Probed, probe
from core.mail.smtp.transport import SmtpTransport

__all__ = ["Probed", "SmtpTransport", "probe"]
