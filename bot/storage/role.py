"""The dispatcher's role: a lease with a random uuid that fences every claim and record."""

from __future__ import annotations

from redis.asyncio import Redis

from bot.storage.keys import Keys
from bot.storage.server import Server


class Role:
    """Held by at most one replica at a time.

    The uuid is random for every acquisition: a counter could be issued again after a rollback.
    """

    name = "dispatcher"

    def __init__(self, redis: Redis, keys: Keys | None = None) -> None:
        self._server = Server(redis)
        self._key = (keys or Keys()).dispatcher
        self._lease_s = 3.0

    async def acquire(self, uuid: str, lease_s: float = 3) -> bool:
        """Take the role if nobody holds it; asking again as its holder renews it."""
        self._lease_s = lease_s
        return await self._run("acquire", uuid)

    async def renew(self, uuid: str) -> bool:
        """Prolong the role; False when it is somebody else's or nobody's."""
        return await self._run("renew", uuid)

    async def release(self, uuid: str) -> None:
        """Give the role up, if it is still held."""
        await self._run("release", uuid)

    async def holder(self) -> str | None:
        """The uuid of the dispatcher."""
        value: bytes | None = await self._server.call("GET", self._key)
        return value.decode() if value else None

    async def _run(self, what: str, uuid: str) -> bool:
        lease_ms = int(self._lease_s * 1000)
        return bool(await self._server.run("role", [self._key], [what, uuid, lease_ms]))
