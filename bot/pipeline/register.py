"""What this replica knows of the broadcasts it handles: lane, expiry, and state as last heard."""

from __future__ import annotations

from datetime import datetime

from bot.domain.broadcast import Broadcast, BroadcastState
from bot.pipeline.ports import Broadcasts


class Register:
    """A small cache in front of storage; what matters is looked up again, never guessed."""

    def __init__(self, broadcasts: Broadcasts) -> None:
        self._broadcasts = broadcasts
        self._known: dict[str, Broadcast] = {}
        self._doubtful: set[str] = set()
        self._fresh: dict[str, datetime] = {}

    async def know(self, broadcast_id: str) -> Broadcast | None:
        """The broadcast as last heard of, or from storage."""
        if broadcast := self._known.get(broadcast_id):
            return broadcast
        broadcast = await self.learn(broadcast_id)
        if broadcast is not None and not broadcast.audience and broadcast.started is not None:
            self._fresh[broadcast_id] = broadcast.started
        return broadcast

    def begin(self, broadcast_id: str) -> datetime | None:
        """When it was published, at its first send; None later, or if others sent before."""
        return self._fresh.pop(broadcast_id, None)

    async def learn(self, broadcast_id: str) -> Broadcast | None:
        """The broadcast as it is in storage now."""
        broadcast = await self._broadcasts.get(broadcast_id)
        if broadcast is not None:
            self._known[broadcast_id] = broadcast
        self._doubtful.discard(broadcast_id)
        return broadcast

    def doubt(self, broadcast_id: str) -> None:
        """Something happened to it: send nothing of it before it is learnt anew."""
        self._doubtful.add(broadcast_id)

    async def learn_doubtful(self) -> None:
        """Look up what is in doubt."""
        for broadcast_id in tuple(self._doubtful):
            await self.learn(broadcast_id)

    def state(self, broadcast_id: str) -> BroadcastState:
        """The state that counts before a send; in doubt a broadcast rests."""
        if broadcast_id in self._doubtful or broadcast_id not in self._known:
            return BroadcastState.HALTED
        return self._known[broadcast_id].state

    def forget(self, broadcast_id: str) -> None:
        """Drop an ended broadcast."""
        self._known.pop(broadcast_id, None)
        self._fresh.pop(broadcast_id, None)
        self._doubtful.discard(broadcast_id)
