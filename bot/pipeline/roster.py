"""Who the operators are now: owners of the configuration, and those who were invited."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Protocol

from bot.domain.gazetteer import Gazetteer
from bot.domain.operators import Operator, Refusal, Role, asked_about, may_decide
from bot.domain.record import AdvisoryRecord


class Operators(Protocol):
    """Those who were invited, as stored."""

    async def get(self, user_id: int) -> Operator | None: ...
    async def all(self) -> tuple[Operator, ...]: ...
    async def change(self, before: Operator | None, after: Operator | None) -> bool: ...


class Roster:
    """Asked anew at every act, so that a role that was taken away is gone at once."""

    def __init__(self, operators: Operators, owners: Collection[int], gazetteer: Gazetteer) -> None:
        self._operators = operators
        self._owners = frozenset(owners)
        self._gazetteer = gazetteer

    def is_fixed(self, user_id: int) -> bool:
        """Whether the configuration makes somebody an owner, whatever is stored."""
        return user_id in self._owners

    async def get(self, user_id: int) -> Operator | None:
        """The operator, or None for a stranger."""
        stored = await self._operators.get(user_id)
        return self._owner(user_id, stored) if user_id in self._owners else stored

    async def all(self) -> tuple[Operator, ...]:
        """Everybody, by id."""
        stored = {one.id: one for one in await self._operators.all()}
        owners = {id: self._owner(id, stored.get(id)) for id in self._owners}
        return tuple(one for _, one in sorted((stored | owners).items()))

    async def name(self, user_id: int) -> str:
        """How somebody is called; their id, where they are not known or have no name."""
        found = await self.get(user_id)
        return found.name if found is not None and found.name else str(user_id)

    async def note_name(self, operator: Operator, name: str) -> None:
        """Keep how somebody calls themselves now; a change that comes between is not undone."""
        if name and name != operator.name:
            stored = await self._operators.get(operator.id)
            await self._operators.change(stored, replace(stored or operator, name=name))

    def reach(self, operator: Operator | None) -> frozenset[str] | None:
        """The settlements somebody may speak for; None for all."""
        if operator is None or not operator.places:
            return None
        return frozenset[str]().union(*map(self._gazetteer.settlements_in, operator.places))

    def refusal(self, operator: Operator | None, record: AdvisoryRecord) -> Refusal | None:
        """Why somebody may not decide about what waits; None if they may."""
        return may_decide(
            operator,
            author=record.author,
            reached=record.places,
            allowed=self.reach(operator),
        )

    async def asked_about(self, record: AdvisoryRecord, *, escalated: bool) -> tuple[Operator, ...]:
        """Who is to be asked about what waits."""
        able = [one for one in await self.all() if self.refusal(one, record) is None]
        return asked_about(able, author=record.author, escalated=escalated)

    def _owner(self, user_id: int, stored: Operator | None) -> Operator:
        return Operator(user_id, Role.OWNER, stored.name if stored else "")
