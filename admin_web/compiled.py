"""Templates are compiled once a process, and before anybody asks for a page: it takes 0.6 s."""

import asyncio

import aiohttp_jinja2
from aiohttp import web
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """The code of each template, for every application of this process."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._known.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


async def compile_all(app: web.Application) -> None:
    """Have every template ready."""
    templates = aiohttp_jinja2.get_env(app)
    for name in templates.list_templates(extensions=["html"]):
        templates.get_template(name)
        await asyncio.sleep(0)  # whoever asks already gets a turn
