"""The words of the service's own letters."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from core.i18n import Translator

Link = tuple[Markup, str]


@dataclass(frozen=True)
class Wording:
    """A letter in words: paragraphs, a code to be typed, links with what they say."""

    subject: str
    paragraphs: list[Markup]
    code: str | None = None
    links: tuple[Link, ...] = ()
    footer: Markup | None = None

    @property
    def text(self) -> str:
        """The plain part."""
        blocks = [p.striptags() for p in self.paragraphs]
        blocks += [f"    {self.code}"] if self.code else []
        blocks += [f"{label.unescape()}:\n{url}" for label, url in self.links]
        return "\n\n".join(blocks) + "\n"


def together(wordings: Sequence[Wording]) -> Wording:
    """A letter in several languages, for who has not said which one they read: its links are the
    same in all of them."""
    labels = zip(*([label for label, _ in each.links] for each in wordings), strict=True)
    urls = [url for _, url in wordings[0].links]
    return Wording(
        " · ".join(each.subject for each in wordings),
        [paragraph for each in wordings for paragraph in each.paragraphs],
        wordings[0].code,
        tuple((Markup(" · ").join(names), url) for names, url in zip(labels, urls, strict=True)),
        Markup(" ").join(each.footer for each in wordings if each.footer),
    )


def confirm(
    _: Translator, name: str, email: str, code: str, link: str, telegram: str | None
) -> Wording:
    """Proves an address: by a link, in Telegram, or by a code typed there."""
    links = [(_("Confirm the address"), link)]
    if telegram:
        links.append((_("Confirm in Telegram"), telegram))
    return Wording(
        _("{code} is your code for Mail Center", code=code).unescape(),
        [
            _("Hello, {name}!", name=name),
            _(
                "Confirm that {email} is your address: send this code to the bot in Telegram, or "
                "press the button below. Both are good for 24 hours.",
                email=email,
            ),
        ],
        code,
        tuple(links),
        _("If you did not register, just leave this letter: nothing will happen."),
    )


def sign_in(_: Translator, name: str, code: str) -> Wording:
    """Lets another Telegram account in to an account that exists."""
    return Wording(
        _("{code} is your code for Mail Center", code=code).unescape(),
        [
            _("Hello, {name}!", name=name),
            _(
                "Somebody, probably you, is opening your Mail Center account in another Telegram "
                "chat. To let that chat in, send it this code; it is good for 10 minutes:"
            ),
        ],
        code,
        footer=_("If it was not you, tell nobody the code: without it the account stays closed."),
    )


def sender(_: Translator, name: str, email: str, code: str) -> Wording:
    """Proves that an owner may send mailings from an address."""
    return Wording(
        _("{code} is your code for Mail Center", code=code).unescape(),
        [
            _("Hello, {name}!", name=name),
            _(
                "Somebody, probably you, wants to send mailings from {email} through Mail Center. "
                "To allow it, send this code to the bot in Telegram; it is good for 24 hours:",
                email=email,
            ),
        ],
        code,
        footer=_(
            "If it was not you, tell nobody the code: without it nothing is sent from this address."
        ),
    )


def password(_: Translator, name: str, email: str, link: str) -> Wording:
    """Leads to a page where a password for the site is set."""
    return Wording(
        _("Your password for Mail Center").unescape(),
        [
            _("Hello, {name}!", name=name),
            _(
                "Set a password for the Mail Center site; with it and the address {email} you "
                "sign in there. The link is good for 24 hours and for one use.",
                email=email,
            ),
        ],
        links=((_("Set a password"), link),),
        footer=_("If you did not expect this, just leave this letter: nothing will change."),
    )


def moved(_: Translator, name: str, email: str, telegram: str | None) -> Wording:
    """Tells the address before that another one has taken its place."""
    return Wording(
        _("Your Mail Center account has another address").unescape(),
        [
            _("Hello, {name}!", name=name),
            _(
                "Your Mail Center account belongs to another e-mail address from now on; "
                "{email} no longer lets anybody in.",
                email=email,
            ),
            _(
                "If it was not you, tell the administrator of this service at once, and sign "
                "out the chats you do not know: Profile → Devices."
            ),
        ],
        links=((_("Open the bot"), telegram),) if telegram else (),
        footer=_("If you changed the address yourself, there is nothing to do."),
    )


def no_account(_: Translator, email: str, telegram: str | None) -> Wording:
    """Answers a sign-in with an address that nobody has confirmed."""
    return Wording(
        _("There is no Mail Center account with this address").unescape(),
        [
            _("Hello!"),
            _(
                "Somebody, probably you, tried to sign in to Mail Center with the address "
                "{email}. No account has it: perhaps you registered with another address, "
                "or have not registered yet.",
                email=email,
            ),
        ],
        links=((_("Open the bot"), telegram),) if telegram else (),
        footer=_("If it was not you, just leave this letter: nothing will happen."),
    )
