"""What can go wrong, as one tree.

    MailCenterError
    ├── Invalid          what was typed cannot be taken as it is
    ├── NotFound         no such thing, or it belongs to somebody else
    ├── Forbidden        this person may not do that
    ├── Conflict         the thing is in a state that does not allow it
    └── TooSoon          wait first

Each error carries a text to translate and the fields that fill it; an edge turns it into words
once (`translate(error.text, **error.fields)`). No HTTP codes here.
"""

from core.i18n import N_


class MailCenterError(Exception):
    """Base of all errors that a person may be told about."""

    text: str = N_("Something went wrong. Nothing was lost; please try again.")

    def __init__(self, text: str | None = None, **fields: object) -> None:
        self.text = text or self.text
        self.fields = fields
        super().__init__(self.text)


class Invalid(MailCenterError):
    """Bad input: says what was understood, what is wrong and how it should look."""


class NotFound(MailCenterError):
    """No such row for this owner."""

    text = N_("Not found. It may have been deleted.")


class Forbidden(MailCenterError):
    """The actor lacks the right."""

    text = N_("You are not allowed to do that.")


class Conflict(MailCenterError):
    """The present state does not allow the step."""

    text = N_("That is no longer possible: the state has changed.")


class TooSoon(MailCenterError):
    """Come back in `seconds`."""

    text = N_("Please wait {seconds} s and try again.")
