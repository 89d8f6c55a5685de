"""What a name may be. Pure."""

import re
import unicodedata

from core.errors import Invalid
from core.i18n import N_
from core.typed import shortened

NAME_LENGTH = 100
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_plain(char: str) -> bool:
    """Neither a control character nor one that turns the direction of what follows."""
    return unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp") and (
        char not in _DIRECTION_MARKS
    )


def check_name(text: str) -> str:
    """A person's name as it will be kept, or Invalid in words."""
    name = re.sub(" +", " ", unicodedata.normalize("NFC", text.strip()))
    if not name:
        raise Invalid(N_("A name is expected here, for example: Anna Petrova"))
    if not all(map(is_plain, name)):
        raise Invalid(
            N_(
                "“{typed}” has line breaks or invisible characters in it. "
                "A name is one line, for example: Anna Petrova"
            ),
            typed=shortened(name),
        )
    if len(name) > NAME_LENGTH:
        raise Invalid(
            N_(
                "“{typed}” is {length} characters long; a name has at most {most}. "
                "For example: Anna Petrova"
            ),
            typed=shortened(name),
            length=len(name),
            most=NAME_LENGTH,
        )
    if not any(map(str.isalnum, name)):
        raise Invalid(
            N_("“{typed}” has no letters in it. A name is expected, for example: Anna Petrova"),
            typed=shortened(name),
        )
    return name
