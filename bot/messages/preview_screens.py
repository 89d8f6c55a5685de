"""What stands above the letter that is looked at."""

from bot.kit import Button, Row, Screen, back
from bot.messages import file_screens, screens
from bot.messages.callbacks import PreviewAction
from bot.messages.letter import Letter
from core.i18n import Translator
from core.messages.models import Message


def preview(_: Translator, message: Message, letter: Letter, width: str | None) -> Screen:
    """`width` of the picture that follows, None where a message follows instead."""
    files = [each for each in screens.wording(message).files if not each.is_picture]
    text = _(
        "<b>As {who} will see it</b>\nSubject: {subject}\n\nThe letter is above; the file is the"
        " same as a page for any browser.",
        who=letter.who,
        subject=letter.subject,
    )
    if files:
        text = screens.PARAGRAPH.join([text, file_screens.line(_, files)])
    rows: list[Row] = [
        _widths(_, message, width),
        [Button(_("Send it to my address"), screens.action("to_me", message))],
        [back(_, screens.action("open", message))],
    ]
    return Screen(text, rows)


def _widths(_: Translator, message: Message, width: str | None) -> Row:
    if width is None:
        return []
    label, other = (
        (_("As on a computer"), "wide") if width == "phone" else (_("As on a phone"), "phone")
    )
    return [Button(label, PreviewAction(message=message.id, width=other))]
