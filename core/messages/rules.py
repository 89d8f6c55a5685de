"""What a message must be before it is kept."""

from core.errors import Invalid
from core.i18n import N_
from core.mail import placeholders
from core.typed import blank, clean, one_line, shortened

MAX_SUBJECT = 200
MAX_TYPED = 4096
MAX_HTML = 100_000
OFFERED = 100


def check_subject(text: str) -> str:
    """A subject: one line of 1 to 200 characters."""
    subject = clean(text)
    if blank(subject):
        raise Invalid(N_("A subject is a line of text, for example: Discounts until Sunday"))
    if "\n" in subject:
        raise Invalid(
            N_("A subject is one line, and here are {lines}. The first one would do: {first}"),
            lines=subject.count("\n") + 1,
            first=shortened(subject.split("\n", 1)[0]),
        )
    subject = one_line(subject)
    if len(subject) > MAX_SUBJECT:
        raise Invalid(
            N_(
                "A subject may have up to {limit} characters, this one has {length}."
                " A short one is read sooner, for example: Discounts until Sunday"
            ),
            limit=MAX_SUBJECT,
            length=len(subject),
        )
    check_placeholders(subject)
    return subject


def check_html(html: str) -> str:
    """The body of a mail as HTML: something to read, up to 100 kB."""
    html = clean(html)
    if blank(html):
        raise Invalid(N_("There is no text yet. For example: Hello, {{first_name|friend}}!"))
    if (size := len(html.encode())) > MAX_HTML:
        raise Invalid(
            N_("The text takes {size} kB with its formatting; up to {limit} kB fit in a mail."),
            size=-(-size // 1000),
            limit=MAX_HTML // 1000,
        )
    check_placeholders(html)
    return html


def check_placeholders(text: str) -> None:
    """Every `{name}` must be one that clients have a value for."""
    if unknown := placeholders.check(text):
        raise Invalid(
            N_(
                "There is no placeholder {unknown}. The known ones: {{first_name}}, {{last_name}},"
                " {{name}}, {{email}}, {{phone}}; with a word for when it is empty:"
                " {{first_name|friend}}"
            ),
            unknown=", ".join(f"{{{name}}}" for name in unknown),
        )


def check_typed(text: str) -> str:
    """The text as it was typed in the chat, before it becomes HTML."""
    if blank(text):
        raise Invalid(N_("There is no text yet. For example: Hello, {{first_name|friend}}!"))
    if len(text) > MAX_TYPED:
        raise Invalid(
            N_("The text has {length} characters; up to {limit} fit. Please shorten it."),
            length=len(text),
            limit=MAX_TYPED,
        )
    return text


def offered_subject(text: str) -> str | None:
    """The first line when it looks like a subject: short, with more text below it."""
    first, _, rest = text.strip().partition("\n")
    first = one_line(first)
    return first if rest.strip() and 0 < len(first) <= OFFERED else None
