"""Weekdays in phrases: each form is a text of its own, since Russian declines them."""

from collections.abc import Sequence

from markupsafe import Markup

from core.i18n import N_, Translator

_EACH = (
    N_("on Mondays"),
    N_("on Tuesdays"),
    N_("on Wednesdays"),
    N_("on Thursdays"),
    N_("on Fridays"),
    N_("on Saturdays"),
    N_("on Sundays"),
)
_ALSO = (
    N_("Mondays"),
    N_("Tuesdays"),
    N_("Wednesdays"),
    N_("Thursdays"),
    N_("Fridays"),
    N_("Saturdays"),
    N_("Sundays"),
)
_NTH = {
    1: (
        N_("on the first Monday"),
        N_("on the first Tuesday"),
        N_("on the first Wednesday"),
        N_("on the first Thursday"),
        N_("on the first Friday"),
        N_("on the first Saturday"),
        N_("on the first Sunday"),
    ),
    2: (
        N_("on the second Monday"),
        N_("on the second Tuesday"),
        N_("on the second Wednesday"),
        N_("on the second Thursday"),
        N_("on the second Friday"),
        N_("on the second Saturday"),
        N_("on the second Sunday"),
    ),
    3: (
        N_("on the third Monday"),
        N_("on the third Tuesday"),
        N_("on the third Wednesday"),
        N_("on the third Thursday"),
        N_("on the third Friday"),
        N_("on the third Saturday"),
        N_("on the third Sunday"),
    ),
    4: (
        N_("on the fourth Monday"),
        N_("on the fourth Tuesday"),
        N_("on the fourth Wednesday"),
        N_("on the fourth Thursday"),
        N_("on the fourth Friday"),
        N_("on the fourth Saturday"),
        N_("on the fourth Sunday"),
    ),
    -1: (
        N_("on the last Monday"),
        N_("on the last Tuesday"),
        N_("on the last Wednesday"),
        N_("on the last Thursday"),
        N_("on the last Friday"),
        N_("on the last Saturday"),
        N_("on the last Sunday"),
    ),
}


def on_weekdays(days: Sequence[int], _: Translator) -> Markup:
    """“on Mondays, Tuesdays and Fridays”."""
    first, *middle = [_(_EACH[days[0]]), *(_(_ALSO[day]) for day in days[1:])]
    if not middle:
        return first
    listed = Markup(", ").join([first, *middle[:-1]])
    return _("{days} and {last}", days=listed, last=middle[-1])


def on_weekday(which: int, weekday: int, _: Translator) -> Markup:
    """“on the second Tuesday” of a month; -1 is the last."""
    return _(_NTH[which][weekday])


def ordinal(n: int, _: Translator) -> Markup:
    """“1st”, “22nd”: the number of a day."""
    if n in (11, 12, 13):
        return _("{n}th", n=n)
    match n % 10:
        case 1:
            return _("{n}st", n=n)
        case 2:
            return _("{n}nd", n=n)
        case 3:
            return _("{n}rd", n=n)
    return _("{n}th", n=n)
