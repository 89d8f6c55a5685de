"""What stands under a message or under the input: checked as Telegram checks it."""

from typing import Any
from urllib.parse import urlsplit

from demo.stand.errors import BadRequest

Markup = dict[str, Any]
Button = dict[str, Any]

_STYLES = {"primary", "success", "danger"}
_ACTIONS = {"url", "callback_data", "web_app", "login_url", "copy_text", "disabled", "pay"} | {
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
}


def read_markup(raw: object) -> Markup | None:
    """A checked `reply_markup`, or None where there is none or it is empty."""
    if not raw:
        return None
    if not isinstance(raw, dict):
        raise BadRequest("object expected as reply markup")
    if "inline_keyboard" in raw:
        rows = _rows(raw["inline_keyboard"], _inline)
        return {"inline_keyboard": rows} if rows else None
    if "keyboard" in raw:
        return {**raw, "keyboard": _rows(raw["keyboard"], _reply)}
    return raw


def is_inline(markup: Markup | None) -> bool:
    """Only a message with an inline keyboard, or none, can be edited later."""
    return markup is None or "inline_keyboard" in markup


def _rows(raw: Any, check: Any) -> list[list[Button]]:
    rows = [[check(button) for button in row] for row in raw]
    if sum(map(len, rows)) > 100:
        raise BadRequest("reply markup is too long")
    return [row for row in rows if row]


def _inline(button: Button) -> Button:
    _look(button)
    actions = [key for key in _ACTIONS if button.get(key) is not None]
    if not actions:
        raise BadRequest("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise BadRequest("inline keyboard button must have exactly one action")
    if "callback_data" in actions and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise BadRequest("BUTTON_DATA_INVALID")
    if "url" in actions:
        _address(button["url"])
    if "copy_text" in actions and not 1 <= len(button["copy_text"].get("text", "")) <= 256:
        raise BadRequest("BUTTON_COPY_TEXT_INVALID")
    return button


def _reply(button: Button | str) -> Button:
    button = {"text": button} if isinstance(button, str) else button
    _look(button)
    return button


def _look(button: Button) -> None:
    if not str(button.get("text", "")).strip():
        raise BadRequest("keyboard button text must be non-empty")
    if button.get("style") not in {None, *_STYLES}:
        raise BadRequest("invalid button style specified")


def _address(url: str) -> None:
    parts = urlsplit(url)
    known = parts.scheme in {"http", "https", "tg"} and parts.netloc
    if not known or any(character.isspace() for character in url):
        raise BadRequest(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
