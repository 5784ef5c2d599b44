"""Counting what clients ask of Redis, by MONITOR; what scripts do inside is left out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(slots=True)
class Commands:
    """How many commands were seen."""

    seen: int = 0


@asynccontextmanager
async def watched(address: str) -> AsyncIterator[Commands]:
    """Count every client's commands meanwhile. `address` is unix:// or redis://, no password."""
    parts = urlsplit(address)
    if parts.scheme == "unix":
        reader, writer = await asyncio.open_unix_connection(parts.path)
    else:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 6379)
    writer.write(b"MONITOR\r\n")
    await reader.readline()
    commands = Commands()
    counting = asyncio.create_task(_count(reader, commands))
    try:
        yield commands
        await asyncio.sleep(0.1)  # what was sent last may still be on its way here
    finally:
        counting.cancel()
        with suppress(asyncio.CancelledError):
            await counting
        writer.close()


async def _count(reader: asyncio.StreamReader, commands: Commands) -> None:
    async for line in reader:
        if b" lua]" not in line:
            commands.seen += 1
