"""QR codes drawn into the page."""

import segno
from markupsafe import Markup


def drawn(text: str, size: int = 220) -> Markup:
    """A code as SVG: dark on white whatever the page's colours, since cameras want it so."""
    code = segno.make(text, error="m", micro=False)
    svg: str = code.svg_inline(scale=1, border=3, dark="#111", light="#fff", omitsize=True)
    sized = svg.replace("<svg ", f'<svg width="{size}" height="{size}" aria-hidden="true" ', 1)
    return Markup(sized)  # noqa: S704  squares, and nothing of the text
