"""Screens of proving an address and of signing in."""

from bot.account.callbacks import AccountAction
from bot.kit import Button, Nav, Row, Screen, back
from core.i18n import Translator
from core.mail.addresses import show_email


def letter_sent(_: Translator, email: str, seconds: int) -> Screen:
    """The letter that proves an address is on its way; the next one may go in `seconds`."""
    text = _(
        "<b>A letter has gone to {email}</b>\nOpen the link in it, or send the six digits "
        "from it here. It comes within a minute; if not, look into the spam folder.",
        email=show_email(email),
    )
    rows: list[Row] = [
        [_again(_, seconds)],
        [
            Button(_("Correct the address"), AccountAction(verb="fix")),
            Button(_("Add a photo"), AccountAction(verb="photo")),
        ],
        [Button(_("Meanwhile, to the first screen"), Nav(to="home"))],
    ]
    return Screen(text, rows)


def fix_address(_: Translator, present: str) -> Screen:
    """Ask for the right address."""
    text = _(
        "The letter went to {email}. Type the right address, for example: anna@example.org",
        email=show_email(present),
    )
    return Screen(text, [[back(_, AccountAction(verb="proof"))]])


def ask_sign_in(_: Translator) -> Screen:
    """Which address the owner registered with."""
    text = _(
        "<b>Sign in</b>\nType the e-mail address you registered with: a code goes there. "
        "For example: anna@example.org"
    )
    return Screen(text, [[back(_, Nav(to="home"))]])


def code_sent(_: Translator, email: str, seconds: int) -> Screen:
    """A sign-in code is on its way, or a letter that says there is no such account."""
    text = _(
        "<b>A letter has gone to {email}</b>\nSend the six digits from it here; they are good "
        "for 10 minutes. If nobody has registered with this address, the letter says so.",
        email=show_email(email),
    )
    rows: list[Row] = [
        [_again(_, seconds)],
        [Button(_("Another address"), AccountAction(verb="sign_in"))],
        [back(_, Nav(to="home"))],
    ]
    return Screen(text, rows)


def _again(_: Translator, seconds: int) -> Button:
    label = _("Send the letter again")
    if seconds:
        left = f"{seconds // 60}:{seconds % 60:02}"
        label = _("{label} (in {left})", label=label, left=left)
    return Button(label, AccountAction(verb="resend"))
