"""How well the bounce reader reads a folder of mails: `./run bench bounces DIR`.

DIR holds NAME.eml and expected.json: `{NAME: [{status, reply, reason, hard}, ...]}`, a row for
each failed recipient. Rows name no address, so these count:

recipient_found  Recipients found, of those expected. An address counts only if it stands in the
                 mail and is neither the reporter (From, Return-Path) nor a postmaster or daemon,
                 nor the person to whom the report was sent, unless the mail they had sent went to
                 themselves. Addresses beyond the expected number are added to the denominator:
                 naming more people than failed earns nothing.
permanent_right  Rows with a status whose class (5 permanent, 4 temporary) was read the same, of
                 all rows with a status; a recipient that was not found is wrong. Rows are matched
                 with recipients in order of best agreement, since neither side has an order.
kind_right       Mails of the expected kind: reason "feedback" is a complaint, "vacation" an
                 automatic reply, anything else a bounce.

The table adds `dead_right`: whether the address itself was found useless (the field "hard").
"""

import argparse
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from core.mail.bounces import Kind, Recipient, Report, read
from core.mail.bounces.addresses import addresses_in, is_service
from core.mail.bounces.fields import first
from core.mail.bounces.parts import take_apart

_KINDS = {"feedback": Kind.COMPLAINT, "vacation": Kind.AUTO_REPLY}


class Row(TypedDict):
    status: str
    reply: str
    reason: str
    hard: bool


@dataclass
class Score:
    mails: int = 0
    kinds: int = 0
    recipients: int = 0
    found: int = 0
    judged: int = 0
    permanent: int = 0
    dead: int = 0
    misses: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, float]:
        return {
            "mails": self.mails,
            "recipient_found": round(self.found / max(self.recipients, 1), 4),
            "permanent_right": round(self.permanent / max(self.judged, 1), 4),
            "kind_right": round(self.kinds / max(self.mails, 1), 4),
        }


def measure(folder: Path) -> Score:
    expected: dict[str, list[Row]] = json.loads((folder / "expected.json").read_text())
    score = Score()
    for name, rows in sorted(expected.items()):
        mail = (folder / f"{name}.eml").read_bytes()
        _count(score, name, rows, mail, read(mail))
    return score


def _count(score: Score, name: str, rows: list[Row], mail: bytes, report: Report) -> None:
    kind = _KINDS.get(rows[0]["reason"], Kind.BOUNCE) if rows else Kind.OTHER
    score.mails += 1
    score.kinds += report.kind is kind
    found = [it for it in report.recipients if _is_plausible(it.address, mail, kind)]
    wanted = len(rows) if kind is Kind.BOUNCE else 1
    score.recipients += max(wanted, len(found)) if kind is Kind.BOUNCE else 1
    score.found += min(wanted, len(found))
    if report.kind is not kind:
        score.misses.append(f"{name}: kind {report.kind}, not {kind}")
    if (len(found) != wanted and kind is Kind.BOUNCE) or not found:
        score.misses.append(f"{name}: found {[it.address for it in report.recipients]} of {wanted}")
    _count_permanent(score, name, [row for row in rows if row["status"]], found)


def _count_permanent(score: Score, name: str, rows: list[Row], found: list[Recipient]) -> None:
    left = list(found)
    for row in rows:
        permanent = row["status"].startswith("5")
        best = max(left, key=lambda it: _agreement(it, row), default=None)
        score.judged += 1
        if best is None:
            continue
        left.remove(best)
        score.permanent += best.permanent is permanent
        score.dead += best.is_dead is row["hard"]
        if best.permanent is not permanent or best.is_dead is not row["hard"]:
            score.misses.append(f"{name}: {_shown(best)}, expected {_shown_row(row)}")


def _agreement(recipient: Recipient, row: Row) -> tuple[bool, bool]:
    return recipient.status == row["status"], recipient.is_dead is row["hard"]


def _is_plausible(address: str, mail: bytes, kind: Kind) -> bool:
    """Whether it may be a recipient that failed, see above."""
    fields, parts = take_apart(mail)
    everything = "\n".join([*(v for vs in fields.values() for v in vs), *(p.text for p in parts)])
    lower = address.lower()
    if "@" not in address or lower not in everything.lower():
        return False
    if kind is Kind.BOUNCE and lower in _own(first(fields, "from"), first(fields, "return-path")):
        return False
    reader = lower in _own(first(fields, "to"))
    if kind is Kind.BOUNCE and (reader or is_service(address)):
        named = rf"(?:^<?|rcpt to:\s?<?|recipient: *(?:rfc822;)? *<?){re.escape(lower)}(?:>|:|\s|$)"
        return re.search(named, everything.lower(), re.MULTILINE) is not None
    return True


def _own(*values: str) -> set[str]:
    return {address.lower() for address in addresses_in("\n".join(values))}


def _shown(it: Recipient) -> str:
    return f"{it.status}/{it.code} {it.reason} permanent={it.permanent} dead={it.is_dead}"


def _shown_row(row: Row) -> str:
    return f"{row['status']}/{row['reply']} {row['reason']} hard={row['hard']}"


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="./run bench bounces", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--verbose", action="store_true", help="what was missed, mail by mail")
    asked = parser.parse_args(arguments)
    score = measure(asked.folder)
    if asked.verbose:
        print(*score.misses, sep="\n", file=sys.stderr)
    if asked.json:
        print(json.dumps(score.as_dict()))
        return
    shown = {**score.as_dict(), "dead_right": round(score.dead / max(score.judged, 1), 4)}
    for name, value in shown.items():
        print(f"{name:<16} {value:>8}" if name == "mails" else f"{name:<16} {value:>8.1%}")


if __name__ == "__main__":
    main(sys.argv[1:])
