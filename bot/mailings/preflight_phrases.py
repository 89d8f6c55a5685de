"""What the last look found, a line each: ✓ good, ! better to change, ? not known."""

from datetime import timedelta

from markupsafe import Markup

from bot.clients.words import FIELD_NAMES
from bot.mailings.plan import Prepared
from bot.messages import advice
from bot.messages.file_screens import size
from core.accounts.forecast import Forecast
from core.accounts.quota import Standing
from core.i18n import N_, Translator, number
from core.mail.domain_checks import DomainCheck, is_reserved
from core.mailings.preflight import Preflight
from core.scheduling.phrases import duration, moment

LONG, WORTH_SAYING = timedelta(hours=1), timedelta(minutes=2)

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
        lines.append(
            _.plural(
                "! The subject has {n} character; phones show about 60",
                "! The subject has {n} characters; phones show about 60",
                checked.subject_length,
            )
        )
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
    if checked.broken:
        lines.append(advice.broken(_, checked))
    if checked.clipped:
        lines.append(_("! The text is longer than 100 kB: Gmail hides the end"))
    lines.append(_size(_, found))
    return lines


def of_time(
    _: Translator, prepared: Prepared, quota: Standing | None, expected: Forecast
) -> list[Markup]:
    """Whether it takes long and when it ends, and who is left out by the deadline."""
    start, within = prepared.starts_at, prepared.plan.within
    takes = expected.ends_at - start if expected.ends_at else None
    lines = _why(_, quota, expected, takes) if takes is None or takes >= WORTH_SAYING else []
    if within and expected.in_time is not None and expected.in_time < expected.total:
        until = moment(start + within, prepared.timezone, _, prepared.now)
        return [*lines, _late(_, expected.in_time, expected.total, until)]
    if takes and takes >= WORTH_SAYING and (expected.because or not expected.sure):
        lines.append(_end(_, expected, moment(start + takes, prepared.timezone, _, prepared.now)))
    return lines


def _why(
    _: Translator, quota: Standing | None, expected: Forecast, takes: timedelta | None
) -> list[Markup]:
    """What makes it take so long."""
    lines = []
    if expected.because:
        lines.append(_slowly(_, quota, expected))
    elif expected.per_hour is not None and takes and takes >= LONG:
        lines.append(_hourly(_, expected.per_hour, takes))
    if expected.busy:
        lines.append(_("! Other mailings go out through the same account: they take turns"))
    return lines


def _hourly(_: Translator, per_hour: int, takes: timedelta) -> Markup:
    span = duration(takes, _)
    return _.plural(
        "! The mail account takes {n} letter an hour: the mailing takes about {span}",
        "! The mail account takes {n} letters an hour: the mailing takes about {span}",
        per_hour,
        span=span,
    )


def _end(_: Translator, expected: Forecast, when: Markup) -> Markup:
    if expected.sure:
        return _("It ends about {when}", when=when)
    return _("It ends not earlier than {when}", when=when)


def _late(_: Translator, in_time: int, total: int, until: Markup) -> Markup:
    return _(
        "! The deadline is {until}: at this pace only about {n} of {total} get the letter, the "
        "others are left out. To give it more time: “When”, then “Send before”.",
        until=until,
        n=number(in_time, _.locale),
        total=number(total, _.locale),
    )


def _slowly(_: Translator, quota: Standing | None, expected: Forecast) -> Markup:
    """Fewer go out a day than there are recipients."""
    days, per_day = expected.days, number(expected.per_day, _.locale)
    if expected.because == "domain":
        return _("! The mail account limits letters to {domain}", domain=expected.domain)
    if expected.ends_at is None:
        return _.plural(
            "! At {n} letter a day this mailing takes more than a year.",
            "! At {n} letters a day this mailing takes more than a year.",
            expected.per_day,
        )
    if expected.because == "quota" and quota:
        return _of_quota(_, quota, days)
    if expected.because == "warm_up":
        return _.plural(
            "! The mail account is being warmed up: few letters today, more each day. This mailing"
            " takes {n} day.",
            "! The mail account is being warmed up: few letters today, more each day. This mailing"
            " takes {n} days.",
            days,
        )
    return _.plural(
        "! The mail account sends at most {per_day} a day: this mailing takes {n} day.",
        "! The mail account sends at most {per_day} a day: this mailing takes {n} days.",
        days,
        per_day=per_day,
    )


def _of_quota(_: Translator, quota: Standing, days: int) -> Markup:
    """The owner may send no more, whatever the account takes."""
    per_day, left = number(quota.per_day, _.locale), number(quota.left, _.locale)
    return _.plural(
        "! Your limit is {all} a day, {left} of them left today. This mailing takes {n} day. An "
        "administrator can raise the limit.",
        "! Your limit is {all} a day, {left} of them left today. This mailing takes {n} days. An "
        "administrator can raise the limit.",
        days,
        all=per_day,
        left=left,
    )


def _gap(_: Translator, found: Preflight, name: str, lacking: int, total: int) -> Markup:
    field = found.titles.get(name) or _(FIELD_NAMES[name])
    fallback = found.checked.slots[name]
    if not lacking:
        return _("✓ {field}: known for everybody", field=field)
    known, everybody = number(total - lacking, _.locale), number(total, _.locale)
    if fallback:
        text = N_("✓ {field}: known for {known} of {total}, the others get “{fallback}”")
        return _(text, field=field, known=known, total=everybody, fallback=fallback)
    text = N_("! {field}: known for {known} of {total}, the others will see a blank there")
    return _(text, field=field, known=known, total=everybody)


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
