"""The frame around every mail: its HTML with inlined styles, and the foot of its text part."""

from pathlib import Path

from css_inline import CSSInliner
from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from core.i18n import translator
from core.mail.linked import linked

LAYOUTS = ("plain", "letter", "card")
DEFAULT = "letter"

_INLINER = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
_TEMPLATES = SandboxedEnvironment(
    loader=FileSystemLoader(Path(__file__).parent / "layouts"), autoescape=True
)


def layout_of(template_render: object, otherwise: str = DEFAULT) -> str:
    """The layout that a schedule's `template_render` names: card, card.html, layouts/card.html."""
    name = Path(str(template_render or "")).stem
    return name if name in LAYOUTS else otherwise


def html_page(
    subject: str,
    body: str,
    footer: str,
    unsubscribe_url: str | None,
    language: str,
    *,
    layout: str = DEFAULT,
    hero: str = "",
    signature: str = "",
) -> str:
    """The whole page; `body` and `hero` are HTML already, the rest is text."""
    page = _TEMPLATES.get_template(f"{layout_of(layout)}.html").render(
        subject=subject,
        body=Markup(body),  # noqa: S704  what the owner wrote, as HTML
        hero=Markup(hero),  # noqa: S704  a picture of ours
        signature=Markup(linked(signature)),  # noqa: S704  escaped by `linked`
        footer=footer.strip().splitlines(),
        unsubscribe_url=unsubscribe_url,
        unsubscribe=_unsubscribe(language),
        language=language,
    )
    return str(_INLINER.inline(page))


def text_page(
    body: str, footer: str, unsubscribe_url: str | None, language: str, *, signature: str = ""
) -> str:
    """The text part with the same foot."""
    foot = footer.strip()
    if unsubscribe_url:
        foot += f"\n{_unsubscribe(language)}: {unsubscribe_url}"
    body = "\n\n".join(part for part in (body.strip(), signature.strip()) if part)
    return f"{body}\n\n-- \n{foot.strip()}\n" if foot else f"{body}\n"


def _unsubscribe(language: str) -> str:
    return translator(language)("Unsubscribe").unescape()
