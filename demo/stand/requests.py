"""What a bot sent: JSON, a form or multipart, read in one way."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, ClientResponse, MultipartReader, web

from demo.stand.errors import BadRequest


@dataclass(frozen=True)
class Upload:
    name: str
    content: bytes


@dataclass(frozen=True)
class Params:
    """The arguments of a call, whichever way they came."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else str(value)

    def number(self, name: str, default: int = 0) -> int:
        value = self.text(name)
        try:
            return int(value) if value else default
        except ValueError:
            raise BadRequest(f'parameter "{name}" must be an integer') from None

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"true", "1", "yes"}

    def data(self, name: str) -> Any:
        """An object or a list, sent as JSON inside a form or as itself inside JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise BadRequest(f"can't parse {name} JSON object") from None


async def read_request(request: web.Request) -> Params:
    """The arguments of an HTTP request; those in the address count as well."""
    query = dict(request.query)
    match request.content_type:
        case "application/json":
            body = await request.text()
            return Params(query | (_object(body) if body else {}))
        case "multipart/form-data":
            sent = await _multipart(await request.multipart())
            return Params(query | sent.values, sent.files)
        case _:
            return Params(
                query | {key: str(value) for key, value in (await request.post()).items()}
            )


async def read_response(response: ClientResponse) -> Params:
    """A call that a webhook put into the body of its answer."""
    if response.content_type == "multipart/form-data":
        return await _multipart(MultipartReader.from_response(response).stream)
    body = await response.text()
    return Params(_object(body)) if body.startswith("{") else Params()


def _object(body: str) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        raise BadRequest("can't parse JSON object") from None
    return value if isinstance(value, dict) else {}


async def _multipart(reader: MultipartReader) -> Params:
    values, files = {}, {}
    async for part in reader:
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        content = bytes(await part.read(decode=True))
        if part.filename:
            files[part.name] = Upload(part.filename, content)
        else:
            values[part.name] = content.decode(errors="replace")
    return Params(values, files)
