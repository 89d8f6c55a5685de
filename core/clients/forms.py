"""A client as given, checked and ready to be written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from core.clients.fields import check_comment, check_email, check_name, check_phone, check_tags
from core.clients.names import split_name

FIELDS = ("email", "name", "first_name", "last_name", "phone", "tags", "comment")


@dataclass(frozen=True)
class ClientForm:
    """Checked fields; an empty one is not given."""

    email: str
    first_name: str = ""
    last_name: str = ""
    phone: str | None = None
    comment: str = ""
    tags: tuple[str, ...] = ()


def check_form(typed: Mapping[str, str], country: str) -> ClientForm:
    """A form out of typed fields (see FIELDS), or Invalid for the first wrong one."""
    first, last = typed.get("first_name", ""), typed.get("last_name", "")
    if (full := typed.get("name", "")) and not (first and last):
        given = split_name(full)
        first, last = first or given[0], last or given[1]
    return ClientForm(
        email=check_email(typed.get("email", "")),
        first_name=check_name(first),
        last_name=check_name(last),
        phone=check_phone(typed.get("phone", ""), country),
        comment=check_comment(typed.get("comment", "")),
        tags=tuple(check_tags(typed.get("tags", ""))),
    )


def merged(earlier: ClientForm, later: ClientForm) -> ClientForm:
    """One client given twice: the later value wins unless it is empty, tags are joined."""
    return replace(
        later,
        first_name=later.first_name or earlier.first_name,
        last_name=later.last_name or earlier.last_name,
        phone=later.phone or earlier.phone,
        comment=later.comment or earlier.comment,
        tags=tuple(dict.fromkeys(earlier.tags + later.tags)),
    )


def tagged(forms: Iterable[ClientForm], tags: Iterable[str]) -> list[ClientForm]:
    """The same forms, each with these tags as well."""
    more = tuple(tags)
    return [replace(each, tags=tuple(check_tags((*each.tags, *more)))) for each in forms]
