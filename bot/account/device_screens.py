"""What the list of chats looks like."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from bot.account.callbacks import AccountAction
from bot.account.profile_screens import choosing
from bot.account.screens import BREAK, PER_PAGE
from bot.kit import Button, Row, Screen, back, pager
from core.i18n import Translator
from core.scheduling.phrases import moment
from core.users.models import TelegramAccount

PARAGRAPH = Markup("\n\n")


def listing(
    _: Translator,
    found: Sequence[TelegramAccount],
    here: int,
    zone: str,
    now: datetime,
    note: Markup | None = None,
    page: int = 0,
) -> Screen:
    """This chat in words, each other one as a button."""
    this = next((each for each in found if each.telegram_id == here), None)
    others = [each for each in found if each.telegram_id != here]
    lines = [_("<b>Devices</b>\nTelegram chats in which your account is open.")]
    if this:
        lines.append(_("✓ This chat: {name}", name=called(this)))
    lines.append(_("Tap another one to sign it out.") if others else _("No other chats."))
    page = max(0, min(page, (len(others) - 1) // PER_PAGE))
    rows: list[Row] = [
        [Button(_line(_, each, zone, now), _to("device", each))]
        for each in others[page * PER_PAGE : (page + 1) * PER_PAGE]
    ]
    turn = pager(
        _, page, len(others), PER_PAGE, lambda n: AccountAction(verb="devices", name=str(n))
    )
    if len(others) > 1:
        everybody = AccountAction(verb="others_out")
        rows.append([Button(_("Sign all the others out"), everybody, style="danger")])
    text = BREAK.join(lines)
    return choosing(_, PARAGRAPH.join((note, text)) if note else text, [*rows, turn])


def ask_out(_: Translator, each: TelegramAccount, zone: str, now: datetime) -> Screen:
    """Ask first."""
    text = _(
        "Sign out {name}? To come back one needs a code from a letter.\nSigned in: {since}\n"
        "Last used: {seen}",
        name=called(each),
        since=moment(each.signed_in_at or each.created_at, zone, _, now),
        seen=_seen(_, each, zone, now),
    )
    yes = Button(_("Sign out"), _to("device_out", each), style="danger")
    return Screen(text, [[yes], [back(_, AccountAction(verb="devices"), _("Devices"))]])


def called(each: TelegramAccount) -> str:
    """What Telegram calls its person."""
    return each.name or f"№ {each.telegram_id}"


def _line(_: Translator, each: TelegramAccount, zone: str, now: datetime) -> Markup:
    return _("{name} · {seen}", name=called(each)[:30], seen=_seen(_, each, zone, now))


def _seen(_: Translator, each: TelegramAccount, zone: str, now: datetime) -> Markup:
    return moment(each.seen_at, zone, _, now) if each.seen_at else _("long ago")


def _to(verb: str, each: TelegramAccount) -> AccountAction:
    return AccountAction(verb=verb, name=str(each.telegram_id))
