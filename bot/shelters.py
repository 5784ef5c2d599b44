"""`forewarn shelters`: validate a list of public shelters, put it into Redis."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Settings
from bot.formats.shelters import ShelterFile, read_shelters
from bot.storage.opening import open_storage


def examine(content: bytes, *, skip_bad: bool) -> tuple[ShelterFile, bool, tuple[str, ...]]:
    """What the file holds, whether it may be loaded, and what to say of it, line by line."""
    found = read_shelters(content)
    usable = found.readable and bool(found.shelters) and (skip_bad or not found.faults)
    return found, usable, tuple(_said(found, usable=usable))


def _said(found: ShelterFile, *, usable: bool) -> Iterator[str]:
    yield from (f"refused: {fault}" for fault in found.faults)
    yield f"{len(found.shelters)} shelters can be used, {len(found.faults)} entries cannot"
    if not usable and found.readable and found.shelters:
        yield "nothing was loaded; correct the entries, or leave them out with --skip-bad"


async def load(settings: Settings, found: ShelterFile) -> str:
    """Replace the shelters in Redis; a sentence that says what is there then."""
    prefix = settings.redis.prefix
    async with open_storage(settings.redis_url, settings.redis.folder, prefix=prefix) as storage:
        count = await storage.shelters.load(found.shelters)
    return f"loaded {count} shelters; the earlier list is replaced"
