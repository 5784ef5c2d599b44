"""Chats: what each one chose, and the places under which a broadcast finds it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, replace

from redis.asyncio import Redis

from bot.domain.preferences import Preferences
from bot.domain.subscriber import Chat, Household, Kind, State
from bot.storage.audience import estimate
from bot.storage.keys import Keys
from bot.storage.layout import KIND_BY_LETTER
from bot.storage.notes import note_field, read_note
from bot.storage.server import Server
from bot.storage.spoken import spoken, spoken_of
from bot.storage.wishes import read_wishes, wishes_field

Fields = dict[str, str]
_NAMES = ("k", "l", "p", "s", "t", "h", "n", "a", "q", "m")
_TRIES = 20
_MOVED_KEPT_S = 30 * 24 * 3600


_Index = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class _Change:
    """One chat from the fields that were read to those it is to have; none to delete it."""

    chat_id: int
    old: Fields
    new: Fields
    ttl_s: int = 0


class Chats:
    """The subscribers.

    Every change reads, decides in Python and writes in one script that refuses if what was read
    has changed meanwhile; then it is decided again. So hash and memberships never disagree, and
    a change run twice is the same as once.
    """

    def __init__(self, redis: Redis, keys: Keys | None = None) -> None:
        self._server = Server(redis)
        self._keys = keys or Keys()

    async def get(self, chat_id: int) -> Chat | None:
        """The chat; None for one that is unknown, forgotten or moved to another id."""
        return _chat(chat_id, (await self._read(chat_id))[0])

    async def save(self, chat: Chat) -> None:
        """Store the chat as given, and follow its places where it is active."""
        if any("," in place for place in chat.places):
            raise ValueError("the id of a place has no comma")
        for _ in range(_TRIES):
            (old,) = await self._read(chat.id)
            if await self._apply(_Change(chat.id, old, fields_of(chat))):
                return
        raise _contended(chat.id)

    async def set_state(self, chat_id: int, state: State) -> Chat | None:
        """Let a chat be reached or not; its preferences stay."""
        return await self._alter(chat_id, state=state)

    async def set_thread(self, chat_id: int, thread_id: int | None) -> None:
        """Remember the forum topic to write to; None for General."""
        await self._alter(chat_id, thread_id=thread_id)

    async def migrate(self, old_id: int, new_id: int) -> Chat | None:
        """A group became a supergroup: its preferences and places pass to the new id, at once.

        What the new id chose by itself meanwhile is kept where the two do not contradict. The old
        id stays as a trace, so that a correction to those who were told still finds the group.
        """
        # Before the group is told under its new id, or what it is told would not be pinned there.
        if await self._server.call("SISMEMBER", self._keys.pinners, old_id):
            key = self._keys.pinners
            await self._server.pipe(("SADD", key, new_id), ("SREM", key, old_id))
        for _ in range(_TRIES):
            old, new = await self._read(old_id, new_id)
            before, after = _chat(old_id, old), _chat(new_id, new)
            if before is None:
                return after if old.get("m") == str(new_id) else None
            merged = replace(before, id=new_id, thread_id=None)
            if after is not None:
                places = dict.fromkeys((*before.places, *after.places))
                merged = replace(merged, places=tuple(places), thread_id=after.thread_id)
            trace = {"k": old["k"], "l": old["l"], "m": str(new_id)}
            if await self._apply(
                _Change(old_id, old, trace, _MOVED_KEPT_S), _Change(new_id, new, fields_of(merged))
            ):
                return merged
        raise _contended(old_id)

    async def forget(self, chat_id: int) -> None:
        """Delete everything about the chat."""
        for _ in range(_TRIES):
            (old,) = await self._read(chat_id)
            if await self._apply(_Change(chat_id, old, {})):
                return
        raise _contended(chat_id)

    async def count(self, place_ids: Iterable[str]) -> dict[Kind, int]:
        """About how many chats follow the places, by kind."""
        return await estimate(self._server, self._keys, place_ids)

    async def _alter(
        self, chat_id: int, *, state: State | None = None, thread_id: int | None = None
    ) -> Chat | None:
        for _ in range(_TRIES):
            (old,) = await self._read(chat_id)
            chat = _chat(chat_id, old)
            if chat is None:
                return None
            if state is not None:
                chat = replace(chat, state=state)
            else:
                chat = replace(chat, thread_id=thread_id)
            if await self._apply(_Change(chat_id, old, fields_of(chat))):
                return chat
        raise _contended(chat_id)

    async def _read(self, *chat_ids: int) -> tuple[Fields, ...]:
        replies = await self._server.pipe(*(("HGETALL", self._keys.chat(i)) for i in chat_ids))
        return tuple({k.decode(): v.decode() for k, v in reply.items()} for reply in replies)

    async def _apply(self, *changes: _Change) -> bool:
        keys: dict[str, int] = {}

        def index(key: str) -> int:
            return keys.setdefault(key, len(keys) + 1)

        plan = []
        for change in changes:
            was, now = _memberships(change.old), _memberships(change.new)
            plan.append(
                {
                    "id": str(change.chat_id),
                    "chat": index(self._keys.chat(change.chat_id)),
                    "seen": [change.old.get(name, "") for name in _NAMES],
                    "fields": [part for item in change.new.items() for part in item],
                    "ttl": change.ttl_s,
                    "leave": [self._spot(index, *spot) for spot in sorted(was - now)],
                    "enter": [self._spot(index, *spot) for spot in sorted(now)],
                }
            )
        done = await self._server.run("chats", list(keys), [json.dumps(plan)])
        return bool(done)

    def _spot(self, index: _Index, kind: str, place: str) -> list[int | str]:
        which = KIND_BY_LETTER[kind]
        return [index(self._keys.place(place, which)), index(self._keys.places(which)), place]


def _memberships(fields: Fields) -> set[tuple[str, str]]:
    """Kind letter and place of each set an active chat is in."""
    if "s" in fields or "m" in fields or not fields.get("p"):
        return set()
    return {(fields["k"], place) for place in fields["p"].split(",")}


def fields_of(chat: Chat) -> Fields:
    """A chat as its hash holds it: short names, no defaults, for there may be a million."""
    fields = {"k": chat.kind.value[0], "l": spoken(chat.language, low_data=chat.low_data)}
    if chat.places:
        fields["p"] = ",".join(chat.places)
    if chat.state is not State.ACTIVE:
        fields["s"] = chat.state.value
    if chat.thread_id is not None:
        fields["t"] = str(chat.thread_id)
    if (home := chat.household) is not None:
        fields["h"] = ",".join(str(int(value)) for value in astuple(home))
    if (note := chat.shelter) is not None:
        fields["n"] = note_field(note)
    if chat.also:
        fields["a"] = ",".join(chat.also)
    if wishes := wishes_field(chat.preferences, chat.places):
        fields["q"] = wishes
    return fields


def _home(field: str) -> Household:
    # A household that was stored before a need was asked for has none of it.
    adults, children, infants, pets, *needs = map(int, field.split(","))
    return Household(adults, children, infants, pets, *map(bool, needs))


def _chat(chat_id: int, fields: Fields) -> Chat | None:
    if not fields or "m" in fields:
        return None
    language, low_data = spoken_of(fields["l"])
    return Chat(
        id=chat_id,
        kind=KIND_BY_LETTER[fields["k"]],
        language=language,
        places=tuple(fields["p"].split(",")) if fields.get("p") else (),
        state=State(fields.get("s", State.ACTIVE)),
        thread_id=int(fields["t"]) if "t" in fields else None,
        household=_home(fields["h"]) if "h" in fields else None,
        low_data=low_data,
        shelter=read_note(fields.get("n", "")),
        also=tuple(fields["a"].split(",")) if "a" in fields else (),
        preferences=read_wishes(fields.get("q", "")) or Preferences(),
    )


def _contended(chat_id: int) -> RuntimeError:
    return RuntimeError(f"chat {chat_id} changed under every one of {_TRIES} tries")
