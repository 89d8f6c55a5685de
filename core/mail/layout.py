"""The frame around every mail: its HTML with inlined styles, and the foot of its text part."""

from pathlib import Path

from css_inline import CSSInliner
from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from core.i18n import translator

_INLINER = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
_LAYOUTS = SandboxedEnvironment(
    loader=FileSystemLoader(Path(__file__).parent / "layouts"), autoescape=True
)


def html_page(
    subject: str, body: str, footer: str, unsubscribe_url: str | None, language: str
) -> str:
    """The whole page; `body` is HTML already, the rest is text."""
    page = _LAYOUTS.get_template("mail.html").render(
        subject=subject,
        body=Markup(body),  # noqa: S704  what the owner wrote, as HTML
        footer=footer.strip().splitlines(),
        unsubscribe_url=unsubscribe_url,
        unsubscribe=_unsubscribe(language),
        language=language,
    )
    return str(_INLINER.inline(page))


def text_page(body: str, footer: str, unsubscribe_url: str | None, language: str) -> str:
    """The text part with the same foot."""
    foot = footer.strip()
    if unsubscribe_url:
        foot += f"\n{_unsubscribe(language)}: {unsubscribe_url}"
    return f"{body.strip()}\n\n-- \n{foot.strip()}\n" if foot else f"{body.strip()}\n"


def _unsubscribe(language: str) -> str:
    return translator(language)("Unsubscribe").unescape()
