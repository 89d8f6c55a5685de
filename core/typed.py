"""What people type, made fit to keep: no control characters, no broken characters."""

from unicodedata import category, normalize

_SHOWN = 60


def clean(text: str) -> str:
    """Composed characters, line ends as LF, nothing that a database or a mail would choke on."""
    if text.isprintable():
        return normalize("NFC", text).strip()
    text = normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in text if c in "\n\t" or category(c) not in {"Cc", "Cs"}).strip()


def one_line(text: str) -> str:
    """The same with every run of white space as one space."""
    return " ".join(clean(text).split())


def blank(text: str) -> bool:
    """Whether a reader would see nothing: spaces and invisible characters only."""
    return all(category(c)[0] in "CZ" for c in text)


def shortened(text: str, limit: int = _SHOWN) -> str:
    """As much of a text as an error or a button can show."""
    text = one_line(text)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
