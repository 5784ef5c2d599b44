"""Operators and the invitations by which they come; those of the configuration stand elsewhere."""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from redis.asyncio import Redis

from bot.domain.operators import Invitation, Operator, Role
from bot.storage.keys import Keys
from bot.storage.server import Clock, Server, Value, from_ms


class Operators:
    """People by user id. A change says what it found, so that of two at once one wins."""

    def __init__(self, redis: Redis, keys: Keys | None = None, clock: Clock | None = None) -> None:
        self._server = Server(redis, clock)
        self._keys = keys or Keys()

    async def get(self, user_id: int) -> Operator | None:
        """The operator, or None for a stranger."""
        raw = await self._server.call("HGET", self._keys.operators, user_id)
        return None if raw is None else _operator(user_id, json.loads(raw))

    async def all(self) -> tuple[Operator, ...]:
        """Everybody, by id."""
        fields = await self._server.call("HGETALL", self._keys.operators)
        found = (_operator(int(id), json.loads(raw)) for id, raw in fields.items())
        return tuple(sorted(found, key=lambda one: one.id))

    async def change(self, before: Operator | None, after: Operator | None) -> bool:
        """Replace, add (`before` None) or remove (`after` None); False if `before` is outdated."""
        one = after or before
        if one is None:
            raise ValueError("a change of nobody into nobody")
        args: list[Value] = [one.id, _raw(before), _raw(after)]
        return bool(await self._server.run("operator_change", [self._keys.operators], args))

    async def invite(self, invitation: Invitation, lasts: timedelta) -> str:
        """Keep an invitation; the token of its one-time link, 22 characters."""
        token = secrets.token_urlsafe(16)
        data = {
            "role": invitation.role.value,
            "by": invitation.by,
            "places": list(invitation.places),
        }
        life_ms = int(lasts.total_seconds() * 1000)
        await self._server.call(
            "SET", self._keys.invitation(token), json.dumps(data), "PX", life_ms
        )
        return token

    async def redeem(self, token: str, user_id: int, name: str) -> Operator | None:
        """Make somebody what an invitation says; None if it is unknown, used or too old."""
        key = self._keys.invitation(token)
        raw, time = await self._server.pipe(("GET", key), ("TIME",))
        if raw is None:
            return None
        data = json.loads(raw)
        made = Operator(
            id=user_id,
            role=Role(data["role"]),
            name=name,
            places=tuple(data["places"]),
            since=from_ms(self._server.now_ms(time)),
            by=data["by"],
        )
        keys = [key, self._keys.operators]
        done = await self._server.run("operator_redeem", keys, [user_id, raw, _raw(made)])
        return made if done else None


def _raw(operator: Operator | None) -> str:
    if operator is None:
        return ""
    data: dict[str, Any] = {"role": operator.role.value, "name": operator.name}
    if operator.places:
        data["places"] = list(operator.places)
    if operator.since is not None:
        data["since"] = operator.since.isoformat()
    if operator.by is not None:
        data["by"] = operator.by
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def _operator(user_id: int, data: dict[str, Any]) -> Operator:
    since = data.get("since")
    return Operator(
        id=user_id,
        role=Role(data["role"]),
        name=data["name"],
        places=tuple(data.get("places", ())),
        since=datetime.fromisoformat(since) if since else None,
        by=data.get("by"),
    )
