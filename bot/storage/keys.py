"""Every key's name in one place.

All share one hash tag, so that scripts stay legal in a cluster; only the streams that producers
and operators use have plain names, and no script touches them together with a tagged key.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

from bot.domain.subscriber import Kind, Recipient


@dataclass(frozen=True)
class Keys:
    """The names under one prefix."""

    prefix: str = "forewarn"

    def _key(self, *parts: object) -> str:
        return ":".join((self._tag, *map(str, parts)))

    @cached_property
    def _tag(self) -> str:
        return f"{{{self.prefix}}}"

    @property
    def dispatcher(self) -> str:
        """String with expiry: the uuid of the replica that may send."""
        return self._key("dispatcher")

    @property
    def pace(self) -> str:
        """Hash: scope -> unix time until which it is paused."""
        return self._key("pace")

    @property
    def replicated(self) -> str:
        """String: the mark behind which WAIT waits."""
        return self._key("replicated")

    def chat(self, chat_id: int) -> str:
        """Hash: what a chat chose."""
        return f"{self._tag}:chat:{chat_id}"

    def place(self, place_id: str, kind: Kind) -> str:
        """Sorted set of chat ids, each its own score."""
        return self._key("place", place_id, kind.value)

    def places(self, kind: Kind) -> str:
        """Set of places that have subscribers of `kind`."""
        return self._key("places", kind.value)

    @property
    def active(self) -> str:
        """Sorted set of unfinished broadcasts: lane, then least recently served."""
        return self._key("broadcasts", "active")

    @property
    def wake(self) -> str:
        """Sorted set of broadcasts: from when each has something to do."""
        return self._key("broadcasts", "wake")

    @property
    def served(self) -> str:
        """String: counter behind the taking of turns."""
        return self._key("broadcasts", "served")

    def broadcast(self, broadcast_id: str) -> str:
        """Hash: state, lane, expiry, cursor, counts."""
        return self._key("broadcast", broadcast_id)

    def segments(self, broadcast_id: str) -> str:
        """List of what the cursor walks, in order."""
        return self._key("broadcast", broadcast_id, "segments")

    def in_flight(self, broadcast_id: str) -> str:
        """Hash: recipient -> attempt and the claim that put it there."""
        return self._key("broadcast", broadcast_id, "inflight")

    def later(self, broadcast_id: str) -> str:
        """Sorted set: recipient, scored with when it is due."""
        return self._key("broadcast", broadcast_id, "later")

    def attempts(self, broadcast_id: str) -> str:
        """Hash: recipient in `later` -> tries so far."""
        return self._key("broadcast", broadcast_id, "attempts")

    def receipts(self, broadcast_id: str, kind: Kind, bucket: int) -> str:
        """Small hash: chat id -> message id, or a letter for another end."""
        return f"{self._tag}:broadcast:{broadcast_id}:receipts:{kind.value[0]}:{bucket}"

    def measures(self, broadcast_id: str) -> str:
        """Hash: times to acceptance by bucket, causes, 429s and how long they lasted."""
        return self._key("broadcast", broadcast_id, "measures")

    @property
    def owed(self) -> str:
        """Sorted set of broadcasts whose report is not out yet, scored with when they began."""
        return self._key("progress", "owed")

    @property
    def recent(self) -> str:
        """Sorted set of the newest broadcasts that told somebody, scored with when they began."""
        return self._key("progress", "recent")

    def progress(self, broadcast_id: str) -> str:
        """Hash: operator's id -> message that shows it; `look` and `before` are two looks."""
        return self._key("progress", "of", broadcast_id)

    def showing(self, broadcast_id: str, operator_id: int) -> str:
        """String with expiry: a replica is sending an operator that message."""
        return self._key("progress", "showing", broadcast_id, operator_id)

    def advisory(self, advisory_id: str) -> str:
        """Hash: one advisory as received and decided."""
        return self._key("advisory", advisory_id)

    def advisories_in(self, state: str) -> str:
        """Sorted set of advisory ids in `state`, scored with when it expires."""
        return self._key("advisories", state)

    def advisories_of(self, sender: str, identifier: str) -> str:
        """Sorted set of advisory ids with this sender and identifier, scored with `sent`."""
        return self._key("advisories-of", len(sender), sender, identifier)

    @property
    def timers(self) -> str:
        """Sorted set: advisory id and name of a timer, scored with when it is due."""
        return self._key("timers")

    def timers_of(self, advisory_id: str) -> str:
        """Hash: name of a timer -> how it was met, or `waits`."""
        return self._key("timers", advisory_id)

    @property
    def drills(self) -> str:
        """Sorted set: drill and what it does next by itself, scored with when."""
        return self._key("drills")

    def drill_steps(self, advisory_id: str) -> str:
        """Hash: what a drill does by itself -> how that was met, or `waits`."""
        return self._key("drills", advisory_id)

    def drill_plan(self, name: str) -> str:
        """Hash: month of a scheduled drill -> what became of it; since when it is known."""
        return self._key("drill-plan", name)

    def asked(self, advisory_id: str) -> str:
        """Hash: operator's id -> message that asks about an advisory."""
        return self._key("asked", advisory_id)

    def advisory_code(self, code: str) -> str:
        """String: id of the advisory that people know by `code`."""
        return self._key("advisory-code", code)

    def checklist(self, chat_id: int) -> str:
        """Hash: a field for each item of a chat's list that is ticked, and `:token` if shared."""
        return self._key("checklist", chat_id)

    def shared(self, token: str) -> str:
        """Hash: `list` -> whose list the token opens, and a field for each chat that joined."""
        return self._key("shared", token)

    def joined(self, chat_id: int) -> str:
        """String: token of the list that a chat uses instead of its own."""
        return self._key("joined", chat_id)

    def awaited(self, chat_id: int) -> str:
        """String with expiry: what the chat's next text or location answers."""
        return self._key("awaited", chat_id)

    def shelters(self, edition: str = "") -> str:
        """Hash: id -> public shelter as JSON; an `edition` is one that is being loaded."""
        return self._key("shelters", *filter(None, [edition]))

    def shelters_where(self, edition: str = "") -> str:
        """Geo set of the ids in :meth:`shelters`."""
        return self._key("shelters-where", *filter(None, [edition]))

    def errands(self, task: str) -> str:
        """Sorted set: errand -> when it is due, or until when somebody has it in hand."""
        return self._key("errands", task)

    def pinned(self, chat_id: int) -> str:
        """Hash: advisory id -> message that the bot pinned for it."""
        return self._key("pinned", chat_id)

    @property
    def pinners(self) -> str:
        """Set of the groups where the bot may pin."""
        return self._key("pinners")

    def contact(self, chat_id: int) -> str:
        """Hash: `user` -> who is told what the chat lacks; `told:<trouble>` -> told already."""
        return self._key("contact", chat_id)

    def contact_for(self, user_id: int) -> str:
        """Set of the chats whose contact a person is."""
        return self._key("contact-for", user_id)

    def rollcall(self, chat_id: int, part: str = "") -> str:
        """Hash: a group's latest roll-call; `answers` and `counts` are hashes beside it."""
        return self._key("rollcall", chat_id, *filter(None, [part]))

    def rollcalls_of(self, user_id: int) -> str:
        """Set of the groups where a person asked or answered in a roll-call."""
        return self._key("rollcalls-of", user_id)

    def wish(self, user_id: int) -> str:
        """String with expiry: what the channel that a person chooses next is to get."""
        return self._key("wish", user_id)

    @property
    def city_channels(self) -> str:
        """Hash: place id -> its public channel as JSON."""
        return self._key("city-channels")

    def further(self, broadcast_id: str, chat_id: int) -> str:
        """Hash: language -> message of a channel's post in it, behind the first one."""
        return self._key("further", broadcast_id, chat_id)

    @property
    def operators(self) -> str:
        """Hash: user id -> an operator as JSON."""
        return self._key("operators")

    def invitation(self, token: str) -> str:
        """String with expiry: what a one-time link gives."""
        return self._key("invitation", token)

    @property
    def audit(self) -> str:
        """Stream: what operators did, each entry chained to the last."""
        return self._key("audit")

    @property
    def audit_span(self) -> str:
        """Hash: the first and the last number of the audit, and its last hash."""
        return self._key("audit", "span")

    @property
    def drafts(self) -> str:
        """Sorted set of open drafts, scored with their last change."""
        return self._key("drafts")

    @property
    def drafts_due(self) -> str:
        """Sorted set of drafts that are submitted and not yet on the queue."""
        return self._key("drafts", "due")

    def draft(self, draft_id: str) -> str:
        """Hash: one draft with its version, and who changed it last."""
        return self._key("draft", draft_id)

    def authored(self, advisory_id: str) -> str:
        """String: id of the operator who wrote an advisory."""
        return self._key("authored", advisory_id)

    def focus(self, operator_id: int) -> str:
        """String with expiry: what the next text of an operator is about."""
        return self._key("focus", operator_id)

    def urged(self, advisory_id: str) -> str:
        """Hash: reminders about an advisory that were sent."""
        return self._key("urged", advisory_id)

    def urging(self, advisory_id: str, word: str) -> str:
        """String with expiry: a replica is sending this reminder."""
        return self._key("urging", advisory_id, word)

    @property
    def watcher(self) -> str:
        """String with expiry: the uuid of the replica that watches."""
        return self._key("watch", "by")

    @property
    def watch(self) -> str:
        """String: what the watchdog remembers, as JSON."""
        return self._key("watch")

    @property
    def watch_events(self) -> str:
        """Hash: event -> what the watchdog is to tell, as JSON."""
        return self._key("watch", "events")

    @property
    def forgeries(self) -> str:
        """Sorted set of the reported texts that operators do not know in full, the oldest first."""
        return self._key("forgeries")

    def forgery(self, fingerprint: str) -> str:
        """Hash with expiry: a text reported as forged, how often, and what operators know of it."""
        return self._key("forgery", fingerprint)

    @property
    def operators_chat(self) -> str:
        """Hash: id of an operators' chat that became a supergroup -> the id it has now."""
        return self._key("operators-chat")

    def source(self, source: str) -> str:
        """Hash: last contact with a source, and its advisories by verdict."""
        return self._key("source", source)


def bucket_of(recipient: Recipient, buckets: int) -> int:
    """Which of `buckets` receipts a recipient is in; ids are too regular to be used as they are."""
    return zlib.crc32(recipient.key.encode()) % buckets
