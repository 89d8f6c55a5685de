"""What the last look found, a line each: ✓ good, ! better to change, ? not known."""

from markupsafe import Markup

from bot.messages.file_screens import size
from core.accounts.quota import Standing
from core.i18n import N_, Translator
from core.mail.domain_checks import DomainCheck, is_reserved
from core.mailings.preflight import Preflight

FIELDS = {
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "name": N_("Full name"),
    "phone": N_("Phone"),
}
MISSING = {
    "spf": N_("! {domain} has no SPF: many services will take the letters for spam"),
    "dkim": N_("! {domain}: no DKIM key was found; without a signature letters land in spam"),
    "dmarc": N_("! {domain} has no DMARC: a part of the letters may land in spam"),
}


def findings(_: Translator, found: Preflight, total: int) -> list[Markup]:
    """About the recipients' values and the letter's words."""
    lines = [_gap(_, found, name, n, total) for name, n in found.lacking.items()]
    checked = found.checked
    if checked.subject_is_long:
        n = checked.subject_length
        lines.append(_("! The subject has {n} characters; phones show about 60", n=n))
    if checked.shouting:
        lines.append(_("! The subject is written in capitals: spam filters dislike that"))
    if checked.insecure:
        lines.append(
            _.plural(
                "! {n} link without https: mail programs warn of it",
                "! {n} links without https: mail programs warn of them",
                checked.insecure,
            )
        )
    if checked.clipped:
        lines.append(_("! The text is longer than 100 kB: Gmail hides the end"))
    lines.append(_size(_, found))
    if found.quota and (days := found.days(total)) > 1:
        lines.append(_slowly(_, found.quota, days))
    return lines


def _slowly(_: Translator, quota: Standing, days: int) -> Markup:
    """The owner may send fewer a day than there are recipients."""
    return _.plural(
        "! Letters a day for you: {all}, left today: {left}. This mailing takes {n} day. "
        "An administrator can raise the number.",
        "! Letters a day for you: {all}, left today: {left}. This mailing takes {n} days. "
        "An administrator can raise the number.",
        days,
        all=quota.per_day,
        left=quota.left,
    )


def _gap(_: Translator, found: Preflight, name: str, lacking: int, total: int) -> Markup:
    field, fallback = _(FIELDS[name]), found.checked.slots[name]
    if not lacking:
        return _("✓ {field}: known of everybody", field=field)
    known = total - lacking
    if fallback:
        text = N_("✓ {field}: known of {known} of {total}, the others get “{fallback}”")
        return _(text, field=field, known=known, total=total, fallback=fallback)
    text = N_("! {field}: known of {known} of {total}, nothing will stand there for the others")
    return _(text, field=field, known=known, total=total)


def _size(_: Translator, found: Preflight) -> Markup:
    weight = size(_, found.checked.size)
    if found.checked.is_large:
        return _("! Each letter weighs {size}: it takes long and fills mailboxes", size=weight)
    return _("✓ Size: {size}", size=weight)


def of_domain(_: Translator, domain: str, found: DomainCheck | None) -> Markup:
    """About the sender's domain."""
    if found is None and is_reserved(domain):
        return _("✓ {domain} is a name for trials: nothing to look up", domain=domain)
    if found is None:
        return _("… SPF, DKIM and DMARC of {domain} are being looked up", domain=domain)
    if found.unknown:
        return _("? SPF, DKIM and DMARC of {domain} could not be looked up now", domain=domain)
    if found.complete:
        return _("✓ SPF, DKIM and DMARC of {domain}", domain=domain)
    states = {"spf": found.spf, "dkim": found.dkim, "dmarc": found.dmarc}
    good = [name.upper() for name, state in states.items() if state]
    lines = [_("✓ {names} of {domain}", names=", ".join(good), domain=domain)] if good else []
    lines += [_(MISSING[name], domain=domain) for name, state in states.items() if state is False]
    return Markup("\n").join(lines)
