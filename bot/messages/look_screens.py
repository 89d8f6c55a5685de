"""How a letter looks: its layout, a card's button, the owner's signature."""

from markupsafe import Markup

from bot.account.callbacks import AccountAction
from bot.kit import Button, Row, Screen, back
from bot.messages import screens
from bot.messages.callbacks import PROFILE, LayoutAction, MessageAction
from core.i18n import N_, Translator
from core.messages.models import Message
from core.typed import shortened

_TOLD = {
    "letter": N_("<b>Letter</b>: a white sheet on a grey page. Fits most letters."),
    "plain": N_("<b>Plain</b>: text on white, as if written to one person."),
    "card": N_("<b>Card</b>: a wide picture on top, the subject as a headline, a large button."),
}


def look(_: Translator, message: Message, note: Markup | None = None) -> Screen:
    """Three layouts to choose from; a card has a button, too."""
    version = screens.wording(message)
    lines = [_("<b>How the letter looks</b>"), *(_(told) for told in _TOLD.values())]
    rows: list[Row] = [
        [
            Button(
                _("{mark} {name}", mark="◉" if name == version.layout else "○", name=_(label)),
                LayoutAction(message=message.id, layout=name),
            )
            for name, label in screens.LAYOUTS.items()
        ]
    ]
    if version.layout == "card":
        rows.append(_button_row(_, message))
        if version.button_url:
            url = shortened(version.button_url, 80)
            lines.append(_("Button: {label} → {url}", label=version.button_text, url=url))
    rows.append([Button(_("How the client will see it"), screens.action("preview", message))])
    text = screens.PARAGRAPH.join([note, *lines] if note else lines)
    return Screen(text, [*rows, [back(_, screens.action("open", message))]])


def _button_row(_: Translator, message: Message) -> Row:
    if not screens.wording(message).button_url:
        return [Button(_("Add a button"), screens.action("button", message))]
    return [
        Button(_("Change the button"), screens.action("button", message)),
        Button(_("Without a button"), screens.action("no_button", message)),
    ]


def ask_button(_: Translator, message: Message) -> Screen:
    """Words and an address in one line."""
    text = _(
        "<b>The card's button</b>\n\nType what it says and where it leads, in one line."
        " For example:\n<code>To the shop https://example.org/sale</code>"
    )
    return Screen(text, [[back(_, screens.action("look", message))]])


def ask_signature(_: Translator, signature: str | None, asked_from: int) -> Screen:
    """The lines below every letter; back leads to where it was asked from."""
    text = _(
        "<b>Signature</b>\n\nIt stands below the text of all your letters. Type up to 8 lines,"
        " for example:\n<code>Anna Petrova\nDaisy Flowers, +1 415 555 2671</code>"
    )
    rows: list[Row] = []
    if signature:
        text = screens.PARAGRAPH.join([text, _("Now:"), Markup("{}").format(signature)])
        off = MessageAction(verb="no_signature", id=asked_from)
        rows.append([Button(_("Without a signature"), off)])
    return Screen(text, [*rows, [_leave(_, asked_from)]])


def _leave(_: Translator, asked_from: int) -> Button:
    if asked_from == PROFILE:
        return back(_, AccountAction(verb="profile"), _("Profile"))
    return back(_, MessageAction(verb="change" if asked_from else "list", id=asked_from))
