"""Screens of the owner's own mail account."""

from datetime import datetime

from markupsafe import Markup

from bot.account.callbacks import AccountAction
from bot.account.screens import BREAK, PARAGRAPH
from bot.account.smtp_callbacks import SmtpAction
from bot.kit import Button, Row, Screen, back
from core.accounts.models import SmtpAccount
from core.accounts.own import OTHER, PROVIDERS, Form
from core.i18n import N_, Translator
from core.mail.addresses import show_email

NAMES = {
    "yandex": N_("Yandex Mail"),
    "gmail": N_("Gmail"),
    "mailru": N_("Mail.ru"),
    OTHER: N_("Another server"),
}
# Where each provider makes the passwords that programs sign in with.
APP_PASSWORDS = {
    "yandex": "https://id.yandex.ru/security/app-passwords",
    "gmail": "https://myaccount.google.com/apppasswords",
    "mailru": "https://account.mail.ru/user/2-step-auth/passwords",
}
EXAMPLES = {"yandex": "anna@yandex.ru", "gmail": "anna@gmail.com", "mailru": "anna@mail.ru"}
TROUBLES = {
    "auth": N_("⚠ The server refuses the name or the password. Type the password once more."),
    "connect": N_("⚠ The server cannot be reached. We go on trying."),
    "tls": N_("⚠ No protected connection to the server. We go on trying."),
    "refused": N_("⚠ The server takes no letters for now. We go on trying."),
}


def choose(_: Translator, note: Markup | None = None) -> Screen:
    """Whose server it is."""
    text = _(
        "<b>Your own mail account</b>\nMailings can leave from your own mailbox: clients see "
        "your address and answer to it. Until then they leave from the service's address. Where "
        "is your mailbox?"
    )
    rows: list[Row] = [
        [Button(_(NAMES[name]), SmtpAction(verb="provider", name=name))]
        for name in (*PROVIDERS, OTHER)
    ]
    body = PARAGRAPH.join((note, text)) if note else text
    return Screen(body, [*rows, [back(_, AccountAction(verb="profile"), _("Profile"))]])


def ask_address(_: Translator, provider: str) -> Screen:
    """The mailbox at a known provider."""
    text = _(
        "<b>{provider}</b>\nType the address of your mailbox, for example: {example}",
        provider=_(NAMES[provider]),
        example=EXAMPLES[provider],
    )
    return _question(_, text)


def ask_server(_: Translator) -> Screen:
    """A server by its name."""
    text = _(
        "<b>Another server</b>\nType the name of the outgoing mail server, with its port if it is "
        "not 587. For example: smtp.example.org or smtp.example.org:465"
    )
    return _question(_, text)


def ask_username(_: Translator, host: str) -> Screen:
    """Who signs in."""
    text = _(
        "What name does {host} know you by? Usually it is the whole address, for example: "
        "anna@example.org",
        host=host,
    )
    return _question(_, text)


def ask_sender(_: Translator, offered: str | None) -> Screen:
    """The From address."""
    text = _(
        "From which address do letters go? Type it, for example: anna@example.org\n"
        "If it is not the one you registered with, a code goes there."
    )
    rows: list[Row] = []
    if offered:
        label = show_email(offered)
        rows.append([Button(label, SmtpAction(verb="same"), style="primary")])
    return _question(_, text, rows)


def ask_password(_: Translator, form: Form) -> Screen:
    """The password, and what becomes of it."""
    lines = [
        _("Type the password of {name} at {host}.", name=form.username, host=form.host),
        _(
            "I delete your message at once, keep the password encrypted and use it for your "
            "mailings only."
        ),
    ]
    rows: list[Row] = []
    if link := APP_PASSWORDS.get(form.provider):
        lines.insert(
            1,
            _(
                "The usual password does not work here: create an <b>app password</b> in the "
                "settings of your mailbox."
            ),
        )
        rows.append([Button(_("Create an app password"), url=link)])
    return _question(_, PARAGRAPH.join(lines), rows)


def ask_code(_: Translator, email: str, seconds: int) -> Screen:
    """A code has gone to the From address."""
    text = _(
        "<b>A letter has gone to {email}</b>\nSend the six digits from it here: then your "
        "mailings leave from this address.",
        email=show_email(email),
    )
    again = _("Send the letter again")
    if seconds:
        again = _("{label} (in {left})", label=again, left=f"{seconds // 60}:{seconds % 60:02}")
    rows: list[Row] = [[Button(again, SmtpAction(verb="resend"))]]
    return Screen(text, [*rows, [_to_account(_)]])


def account(
    _: Translator, row: SmtpAccount, used: int, now: datetime, note: Markup | None = None
) -> Screen:
    """The account as it is."""
    lines = [
        _("<b>Your own mail account</b>"),
        _("From: {email}", email=show_email(row.from_address)),
        _("Server: {host}, port {port}", host=row.host, port=row.port),
        _state(_, row, now),
    ]
    if row.per_day:
        lines.append(_limit(_, row.per_day, used))
    text = BREAK.join([note, Markup(""), *lines] if note else lines)
    return Screen(text, _buttons(_, row))


def _state(_: Translator, row: SmtpAccount, now: datetime) -> Markup:
    if row.from_confirmed_at is None:
        return _("⚠ The address is not confirmed yet: your mailings do not use the account.")
    if not row.enabled:
        return _("Switched off: your mailings leave from the service's address.")
    if row.problem and row.backing_off_until and row.backing_off_until > now:
        return _(TROUBLES.get(row.problem, TROUBLES["refused"]))
    return _("✓ Your mailings leave from this address.")


def _limit(_: Translator, per_day: int, used: int) -> Markup:
    return _.plural(
        "At most {n} letter a day, {used} sent today.",
        "At most {n} letters a day, {used} sent today.",
        per_day,
        used=used,
    )


def _buttons(_: Translator, row: SmtpAccount) -> list[Row]:
    def button(label: Markup, verb: str) -> Button:
        return Button(label, SmtpAction(verb=verb))

    code = Button(_("Confirm the address"), SmtpAction(verb="code"), style="primary")
    switch = ("off", _("Switch off")) if row.enabled else ("on", _("Switch on"))
    return [
        [code] if row.from_confirmed_at is None else [button(_("Send me a test letter"), "trial")],
        [button(_("Another password"), "password"), button(_("Another account"), "choose")],
        [button(switch[1], switch[0]), button(_("Remove"), "remove")],
        [back(_, AccountAction(verb="profile"), _("Profile"))],
    ]


def ask_remove(_: Translator, row: SmtpAccount) -> Screen:
    """Removing forgets the password, and changes the sender of what is under way."""
    text = _(
        "Remove {email}? Its password will be forgotten; your mailings will go on from the "
        "service's address.",
        email=show_email(row.from_address),
    )
    yes = Button(_("Remove"), SmtpAction(verb="remove_sure"), style="danger")
    return Screen(text, [[yes], [_to_account(_)]])


def _question(_: Translator, text: Markup, rows: list[Row] | None = None) -> Screen:
    return Screen(text, [*(rows or []), [_to_account(_)]])


def _to_account(_: Translator) -> Button:
    return back(_, SmtpAction(verb="open"), _("Own mailbox"))
