"""A wording as the parts of a mail: what stands in its body, its picture, its plain text."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from core.mail.layout import layout_of
from core.mail.shape import named, shaped
from core.mail.text import text_from_html
from core.messages.models import MessageVersion

Picture = tuple[str, str, int]  # its file's name, the address a mail program asks for, its width


@dataclass(frozen=True)
class Parts:
    """All still have their placeholders; `hero` stands above a card's text, `body` is the letter
    before it takes the shapes of a mail."""

    layout: str
    body: str
    html: str
    text: str
    hero: str = ""


def parts_of(
    version: MessageVersion, pictures: Iterable[Picture], template_render: object = None
) -> Parts:
    """What the mail is made of; pictures that the text does not place stand above it."""
    layout = layout_of(template_render, version.layout)
    pictures, placed = list(pictures), named(version.html)
    above = [each for each in pictures if each[0] not in placed]
    whole = "\n".join((*map(_figure, above), version.html, *_button(version, layout)))
    hero = _hero(above.pop(0)) if layout == "card" and above else ""
    body = "\n".join((*map(_figure, above), version.html, *_button(version, layout)))
    shown = {name: (address, width) for name, address, width in pictures}
    headline = f'<h1 class="headline">{escape(version.subject)}</h1>\n' if layout == "card" else ""
    text, html = text_from_html(f"{headline}{body}"), shaped(body, shown)
    if not text:  # a picture alone says nothing to who cannot see it
        text, html = version.subject, html.replace('alt=""', f'alt="{escape(version.subject)}"')
    return Parts(layout, f"{headline}{whole}", f"{headline}{html}", text, hero)


def _figure(picture: Picture) -> str:
    return f'<figure><img src="picture:{escape(picture[0])}" alt=""></figure>'


def _hero(picture: Picture) -> str:
    return f'<img src="{escape(picture[1])}" width="600" alt="">'


def _button(version: MessageVersion, layout: str) -> list[str]:
    if layout != "card" or not version.button_url:
        return []
    text, url = escape(version.button_text or ""), escape(version.button_url)
    return [f'<p class="buttons center"><a class="button primary" href="{url}">{text}</a></p>']
