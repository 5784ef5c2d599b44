"""What follows from being blocked, added, muted and thrown out."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import ChatMember

from bot.chat.membership import Change, Footing, footing_of, weigh
from bot.domain.subscriber import Chat, Kind, State
from bot.sandbox.chats import Kind as SandboxKind
from bot.sandbox.members import PERMISSIONS, admin_rights

ADMIN_RIGHTS = (*admin_rights(SandboxKind.CHANNEL), *admin_rights(SandboxKind.SUPERGROUP))
OUT, MUTE, WRITES = Footing.OUT, Footing.MUTE, Footing.WRITES


def stored(kind: Kind, state: State) -> Chat:
    return Chat(id=1, kind=kind, language="uk", places=("703448",), state=state)


def member(status: str, **fields: Any) -> ChatMember:
    """A membership as it arrives, every right given unless said otherwise."""
    user = {"id": 1, "is_bot": True, "first_name": "Forewarn"}
    rights = {name: fields.get(name, True) for name in (*ADMIN_RIGHTS, *PERMISSIONS)}
    data = {"user": user, "status": status, "is_anonymous": False, "until_date": 0}
    read = ChatMember.de_json({**rights, **data, **fields, "can_be_edited": False}, None)
    assert read is not None
    return read


def administrator(*, posts: bool | None) -> ChatMember:
    return member("administrator", can_post_messages=posts)


def restricted(*, sends: bool, present: bool = True) -> ChatMember:
    return member("restricted", can_send_messages=sends, is_member=present)


@pytest.mark.parametrize(
    ("seen", "kind", "footing"),
    [
        pytest.param(member("member"), Kind.GROUP, WRITES, id="a member of a group writes"),
        pytest.param(member("member"), Kind.CHANNEL, MUTE, id="a channel's subscriber not"),
        pytest.param(administrator(posts=True), Kind.CHANNEL, WRITES, id="an administrator does"),
        pytest.param(
            administrator(posts=False),
            Kind.CHANNEL,
            MUTE,
            id="unless without the right",
        ),
        pytest.param(
            administrator(posts=None),
            Kind.GROUP,
            WRITES,
            id="groups have no such right",
        ),
        pytest.param(restricted(sends=True), Kind.GROUP, WRITES, id="restricted, but may write"),
        pytest.param(restricted(sends=False), Kind.GROUP, MUTE, id="restricted to reading"),
        pytest.param(restricted(sends=True, present=False), Kind.GROUP, OUT, id="restricted, gone"),
        pytest.param(member("left"), Kind.GROUP, OUT, id="left"),
        pytest.param(member("kicked"), Kind.PRIVATE, OUT, id="blocked"),
    ],
)
def test_footing_is_what_the_membership_allows(
    seen: ChatMember, kind: Kind, footing: Footing
) -> None:
    assert footing_of(seen, kind) is footing


PRIVATE, GROUP, CHANNEL = Kind.PRIVATE, Kind.GROUP, Kind.CHANNEL


@pytest.mark.parametrize(
    ("chat", "kind", "old", "new", "change"),
    [
        pytest.param(
            stored(PRIVATE, State.ACTIVE),
            PRIVATE,
            WRITES,
            OUT,
            Change(State.UNREACHABLE),
            id="blocked: nothing is sent any more",
        ),
        pytest.param(
            stored(PRIVATE, State.UNREACHABLE),
            PRIVATE,
            OUT,
            WRITES,
            Change(State.ACTIVE),
            id="unblocked: warnings come again",
        ),
        pytest.param(
            stored(PRIVATE, State.STOPPED),
            PRIVATE,
            WRITES,
            OUT,
            Change(),
            id="a stop outlives blocking",
        ),
        pytest.param(
            stored(PRIVATE, State.STOPPED),
            PRIVATE,
            OUT,
            WRITES,
            Change(),
            id="and unblocking",
        ),
        pytest.param(None, PRIVATE, OUT, WRITES, Change(), id="an unknown person is let be"),
        pytest.param(None, GROUP, OUT, WRITES, Change(hello=True), id="added to a new group"),
        pytest.param(
            stored(GROUP, State.UNREACHABLE),
            GROUP,
            OUT,
            WRITES,
            Change(State.ACTIVE, hello=True),
            id="added to a group again",
        ),
        pytest.param(
            stored(GROUP, State.ACTIVE), GROUP, WRITES, WRITES, Change(), id="made administrator"
        ),
        pytest.param(
            stored(GROUP, State.ACTIVE),
            GROUP,
            WRITES,
            OUT,
            Change(State.UNREACHABLE),
            id="thrown out of a group",
        ),
        pytest.param(
            stored(CHANNEL, State.ACTIVE),
            CHANNEL,
            WRITES,
            MUTE,
            Change(State.SUSPENDED, muted=True),
            id="a channel takes the right to post",
        ),
        pytest.param(
            stored(CHANNEL, State.SUSPENDED),
            CHANNEL,
            MUTE,
            WRITES,
            Change(State.ACTIVE, hello=True),
            id="and gives it back",
        ),
        pytest.param(None, CHANNEL, WRITES, MUTE, Change(), id="an unknown channel is let be"),
    ],
)
def test_change_of_footing_is_weighed(
    chat: Chat | None, kind: Kind, old: Footing, new: Footing, change: Change
) -> None:
    assert weigh(chat, kind, old, new) == change
