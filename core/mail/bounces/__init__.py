"""What comes back by mail: failed deliveries, complaints and automatic replies.

`read` takes the bytes of any mail and says what it is and whom it speaks of. It decides nothing:
whether a report is genuine is for whoever checks its token, whom to suppress for the owner.
"""

from core.mail.bounces.reader import read
from core.mail.bounces.report import Answer, Kind, Reason, Recipient, Report

__all__ = ["Answer", "Kind", "Reason", "Recipient", "Report", "read"]
