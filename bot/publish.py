"""`forewarn publish`: validate an advisory, put it on the queue."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Settings
from bot.domain.advisory import Advisory
from bot.formats import parse
from bot.storage.opening import open_storage


def examine(payload: bytes) -> tuple[bool, tuple[str, ...]]:
    """Whether all of `payload` can be used, and a line for each alert in it."""
    parsed = parse(payload)
    lines = [*(f"refused: {one.reason}: {one.detail}" for one in parsed.refusals)]
    for advisory in parsed.advisories:
        lines += _summary(advisory)
    return bool(parsed.advisories) and not parsed.refusals, tuple(lines)


def _summary(advisory: Advisory) -> Iterator[str]:
    yield f"valid: {advisory.msg_type} {advisory.identifier} of {advisory.sender}"
    yield f"  status {advisory.status}, sent {advisory.sent.isoformat()}, id {advisory.id}"
    for info in advisory.info:
        areas = "; ".join(area.area_desc for area in info.area) or "no area"
        yield f"  {info.language}: {info.event} ({info.severity}, {info.urgency}) for {areas}"


async def enqueue(settings: Settings, payload: bytes, source: str | None) -> str:
    """Add the payload to the stream; a sentence that says where it went."""
    queue = settings.queue
    async with open_storage(
        settings.redis_url, settings.redis.folder, stream=queue.stream, group=queue.group
    ) as storage:
        entry = await storage.queue.add(payload, source=source)
    return f"added to {queue.stream} as {entry}"
