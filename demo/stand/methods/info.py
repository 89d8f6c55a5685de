"""Questions that change nothing."""

from typing import Any

from demo.stand.errors import BadRequest
from demo.stand.files import LARGEST_DOWNLOAD
from demo.stand.methods.parts import find_chat
from demo.stand.requests import Params
from demo.stand.state import Stand


async def get_me(stand: Stand, params: Params) -> dict[str, Any]:
    rights = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
    return stand.bot | dict.fromkeys(rights, False)


async def get_chat(stand: Stand, params: Params) -> dict[str, Any]:
    rest = {"accent_color_id": 0, "max_reaction_count": 11}
    gifts = dict.fromkeys(("unlimited_gifts", "limited_gifts", "unique_gifts"), True)
    gifts |= dict.fromkeys(("premium_subscription", "gifts_from_channels"), True)
    return find_chat(stand, params).brief() | rest | {"accepted_gift_types": gifts}


async def get_file(stand: Stand, params: Params) -> dict[str, Any]:
    file = stand.files.get(params.text("file_id"))
    if file.size > LARGEST_DOWNLOAD:
        raise BadRequest("file is too big")
    return file.reference() | {"file_path": file.path}
