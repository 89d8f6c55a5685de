"""What could be better about a message, in a line each; nothing about what is well."""

from markupsafe import Markup

from bot.messages.file_screens import size
from core.i18n import Translator
from core.messages.checks import Checked, check_version
from core.messages.models import MessageVersion
from core.typed import shortened


def saved(_: Translator, version: MessageVersion, note: Markup) -> Markup:
    """A note about a change, with what could be better below it."""
    return Markup("\n").join([note, *advice(_, version)])


def advice(_: Translator, version: MessageVersion) -> list[Markup]:
    """About one wording."""
    found = check_version(version)
    return [*_of_subject(_, found), *_of_body(_, found, version)]


def _of_subject(_: Translator, found: Checked) -> list[Markup]:
    lines = []
    if found.subject_is_long:
        n = found.subject_length
        lines.append(
            _.plural(
                "! The subject has {n} character; phones show about 60",
                "! The subject has {n} characters; phones show about 60",
                n,
            )
        )
    if found.shouting:
        lines.append(_("! The subject is written in capitals: spam filters dislike that"))
    return lines


def _of_body(_: Translator, found: Checked, version: MessageVersion) -> list[Markup]:
    lines = []
    if found.insecure:
        lines.append(
            _.plural(
                "! {n} link without https: mail programs warn of it",
                "! {n} links without https: mail programs warn of them",
                found.insecure,
            )
        )
    if found.broken:
        lines.append(broken(_, found))
    if found.clipped:
        lines.append(_("! The text is longer than 100 kB: Gmail hides the end"))
    if found.is_large:
        weight = size(_, found.size)
        lines.append(
            _("! Each letter weighs {size}: it takes long and fills mailboxes", size=weight)
        )
    if version.layout == "card" and not any(each.is_picture for each in version.files):
        lines.append(_("! A card has a picture on top; add one in “Pictures and files”"))
    return lines


def broken(_: Translator, found: Checked) -> Markup:
    """About links whose addresses are mistyped."""
    return _.plural(
        "! {n} link leads nowhere: {first}",
        "! {n} links lead nowhere, for example {first}",
        len(found.broken),
        first=shortened(found.broken[0], 80),
    )
