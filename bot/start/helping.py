"""Help: how it works, and help with the question that is being asked."""

from markupsafe import Markup

from bot.account.callbacks import AccountAction
from bot.admin.callbacks import Admin
from bot.clients.handlers import ClientList
from bot.kit import Button, Row, Screen, home_button
from bot.messages.states import MessageList
from bot.start.asked import is_question
from core.i18n import N_, Translator

PARAGRAPH = Markup("\n\n")

ANY_STEP = N_(
    "Answer the question by a message or press one of its buttons. "
    "Nothing is kept until the last step. To leave: /cancel."
)
# By the group of questions, as the states are named.
STEPS = {
    "Registration": N_(
        "The registration has five short questions. A letter with a link goes to your address: "
        "opening it shows that the address is yours. To leave: /cancel."
    ),
    "Proof": N_(
        "A letter is on its way to you. Open its link, or send the six digits from it here. If it "
        "does not come within a minute, look into the spam folder. To leave: /cancel."
    ),
    "Profile": N_(
        "Type the new value, or press a button. Until then the one before stays. To leave: /cancel."
    ),
    "Smtp": N_(
        "With your own mail account mailings leave from your own address. Providers ask for an "
        "app password, which you create in the settings of your mailbox. To leave: /cancel."
    ),
    "MessageForm": N_(
        "Send the text as you would to a friend: with bold, links, lists, pictures and files. It "
        "becomes a letter of the same shape. To leave: /cancel."
    ),
    "ClientForms": N_(
        "What you send is saved at once: of several lines the right ones are added, the others are "
        "asked for again. To leave: /cancel."
    ),
    "Admin": N_(
        "Type what is asked for below; it is changed at once and written down. To leave: /cancel."
    ),
}
# By the list that is looked at.
LISTS = {
    ClientList.shown.state: N_(
        "Type a part of a name, an address or a tag to find somebody. If nobody has the address "
        "you typed, a button adds it as a client; a dropped table adds many."
    ),
    MessageList.shown.state: N_(
        "Type a word to find it in the subjects; tap a message to open it."
    ),
    Admin.users.state: N_("Type a part of a name, an address or a phone to find somebody."),
}


def hint(_: Translator, state: str | None) -> Markup | None:
    """Help with a question, which is asked again below, or with a list; None elsewhere."""
    if is_question(state):
        return _(STEPS.get(state.partition(":")[0], ANY_STEP))
    return _(LISTS[state]) if state in LISTS else None


def page(_: Translator, *, registered: bool, admin: bool = False) -> Screen:
    """How it works, in four steps, and the commands."""
    text = _(
        "<b>How it works</b>\n"
        "1. <b>Message.</b> Send a text as you would to a friend, with bold, links and pictures: "
        "it becomes a letter.\n"
        "2. <b>Clients.</b> Drop a table into the chat, forward a contact or type a line.\n"
        "3. <b>Mailing.</b> Choose who, when and how often, and press “Launch”. It can be frozen "
        "at any moment: it stops at the next letter.\n"
        "4. <b>Account.</b> For every recipient you see what the mail server replied."
    )
    commands = _(
        "/start — the first screen\n/blog — the blog\n/cancel — leave what was begun\n"
        "/language — русский, English\n/help — this page, or help with the step you are at"
    )
    owners = _(
        "/new — a new mailing\n/mailings, /messages, /clients — your lists\n/profile — your "
        "data, address, devices, mail account"
    )
    parts = [text, owners, commands] if registered else [text, commands]
    if admin:
        parts.insert(2, _("/admin — users, invitations, quotas"))
    return Screen(PARAGRAPH.join(parts), [_way_on(_, registered)])


def _way_on(_: Translator, registered: bool) -> Row:
    if registered:
        return [home_button(_)]
    register = Button(_("Register"), AccountAction(verb="register"), style="primary")
    return [register, home_button(_)]
