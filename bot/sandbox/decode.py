"""A request's parameters, whichever of its four forms they came in."""

import json
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.errors import bad_request
from bot.sandbox.params import Upload


async def read_parameters(request: web.BaseRequest) -> dict[str, Any]:
    """Merge the query with a JSON, urlencoded or multipart body.

    Raises:
        ApiError: 400, when the body is not what its header says.
    """
    content_type = request.headers.get("Content-Type", "")
    values: dict[str, Any] = dict(request.query) if request.query_string else {}
    if content_type.startswith("application/json"):
        values |= await _json(request)
    elif content_type.startswith("application/x-www-form-urlencoded"):
        for name, value in (await request.post()).items():
            values[name] = value
    elif content_type.startswith("multipart/form-data"):
        await _multipart(request, values)
    return values


async def _json(request: web.BaseRequest) -> dict[str, Any]:
    body = await request.read()
    if not body:
        return {}
    try:
        values = json.loads(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(values, dict):
        raise bad_request("can't parse JSON object: expected an Object")
    return values


async def _multipart(request: web.BaseRequest, values: dict[str, Any]) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise bad_request("can't parse multipart body")
        content = bytes(await part.read(decode=True))
        if part.filename is None:
            values[part.name] = content.decode(errors="replace")
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            values[part.name] = Upload(part.filename, content, kind)
