"""What an owner is told of by itself, in words with the next step."""

from markupsafe import Markup

from bot.account.smtp_callbacks import SmtpAction
from bot.clients.callbacks import ClientAction
from bot.kit import Button, Row, Screen, home_button
from bot.mailings.callbacks import MailingAction, RunAction
from core.db import Json
from core.i18n import N_, Translator
from core.mail.addresses import show_email
from core.mailings.queries import CardView
from core.typed import shortened

STANDS = {
    "auth": N_(
        "<b>“{subject}” stands still</b>\nThe mail server did not accept the name or the password."
        " Nothing is lost, all wait. Check the password of the mail account; many services want one"
        " made for programs."
    ),
    "unreachable": N_(
        "<b>“{subject}” stands still</b>\nThe mail server cannot be reached. Nothing is lost, we go"
        " on trying. If it lasts, check the server's name and port."
    ),
    "refused": N_(
        "<b>“{subject}” stands still</b>\nThe mail server takes no letters from us for now. Nothing"
        " is lost, we go on trying. Often a limit of the mail service is behind it: look into its"
        " mailbox for a warning."
    ),
}


def account(_: Translator, view: CardView, data: Json) -> Screen:
    """A sending stands still because of the mail account."""
    text = _(STANDS[str(data["reason"])], subject=view.subject)
    rows: list[Row] = [
        [Button(_("Mail account"), SmtpAction(verb="open"))],
        [_opened(_, view)],
    ]
    return Screen(text, rows)


def bounces(_: Translator, view: CardView, data: Json) -> Screen:
    """More letters came back than mail services put up with."""
    bounced, sent = int(data["bounced"]), max(1, int(data["sent"]))
    text = _(
        "<b>Many letters come back</b>\n“{subject}”: {bounced} of {sent}, that is {share} %. Mail"
        " services begin to refuse senders above 5 %. Addresses that do not exist are switched off;"
        " write only to people who gave you their address, and leave old lists alone.",
        bounced=bounced,
        subject=view.subject,
        sent=sent,
        share=round(100 * bounced / sent),
    )
    report = Button(_("Report"), RunAction(verb="report", run=int(data["run"])))
    return Screen(text, [[report, _opened(_, view)]])


def reply(_: Translator, view: CardView, data: Json) -> Screen:
    """The beginning of what a client wrote back."""
    text = _(
        "<b>Answer from {sender}</b>\nto “{subject}”",
        sender=show_email(str(data["sender"])),
        subject=view.subject,
    )
    words = shortened(str(data["text"]), 350)
    if words:
        quoted = Markup("<blockquote>{}</blockquote>").format(words)
        text = Markup("\n").join([text, quoted])
    whole = _("The whole letter is in your mailbox.")
    return Screen(Markup("\n").join([text, whole]), [[_opened(_, view)]])


def digest(_: Translator, data: Json) -> Screen:
    """A week in numbers; what did not happen is not told."""
    n = {name: int(value) for name, value in data.items()}
    said = {
        "sent": _.plural("{n} letter sent", "{n} letters sent", n["sent"]),
        "failed": _.plural("{n} not delivered", "{n} not delivered", n["failed"]),
        "uncertain": _.plural("{n} unclear", "{n} unclear", n["uncertain"]),
        "bounced": _.plural("{n} came back", "{n} came back", n["bounced"]),
        "unsubscribed": _.plural("{n} unsubscribed", "{n} unsubscribed", n["unsubscribed"]),
        "added": _.plural("{n} new client", "{n} new clients", n["added"]),
    }
    head = _.plural("<b>Your week</b>\n{n} sending", "<b>Your week</b>\n{n} sendings", n["runs"])
    lines = [Markup("• {}").format(text) for name, text in said.items() if n[name]]
    rows: list[Row] = [
        [
            Button(_("Mailings"), MailingAction(verb="list")),
            Button(_("Clients"), ClientAction(verb="list")),
        ],
        [home_button(_)],
    ]
    return Screen(Markup("\n").join([head, *lines]), rows)


def _opened(_: Translator, view: CardView) -> Button:
    return Button(_("Open the mailing"), MailingAction(verb="open", id=view.id))
