"""Being blocked, added, removed, given and taken rights; and groups that get another id."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import structlog
from telegram import ChatMember, ChatMemberAdministrator, ChatMemberRestricted, Update
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.chat.context import Context
from bot.chat.reply import NO_PREVIEW, send
from bot.chat.services import Services
from bot.chat.visit import Visit, personal_language, visit
from bot.domain.errand import Errand, Task, Trouble
from bot.domain.message import Message
from bot.domain.subscriber import Chat, Kind, Recipient, State
from bot.rendering.text import clean, shorten

log = structlog.get_logger(__name__)


class Footing(StrEnum):
    """What the bot can do in a chat now."""

    WRITES = "writes"
    MUTE = "mute"  # it is there and may not write
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Change:
    """What a change of footing means: the chat's new state, if any, and what is said of it."""

    state: State | None = None
    hello: bool = False
    muted: bool = False


def footing_of(member: ChatMember, kind: Kind) -> Footing:
    """What a membership allows (Bot API, ChatMember): in channels writing is a right of its own."""
    if member.status in (ChatMember.LEFT, ChatMember.BANNED):
        return Footing.OUT
    if kind is Kind.CHANNEL:
        may_post = isinstance(member, ChatMemberAdministrator) and member.can_post_messages
        return Footing.WRITES if may_post else Footing.MUTE
    if isinstance(member, ChatMemberRestricted):
        if not member.is_member:
            return Footing.OUT
        return Footing.WRITES if member.can_send_messages else Footing.MUTE
    return Footing.WRITES


_STATES = {Footing.OUT: State.UNREACHABLE, Footing.MUTE: State.SUSPENDED}


def weigh(stored: Chat | None, kind: Kind, old: Footing, new: Footing) -> Change:
    """What follows from a change. Somebody's own /stop outlives blocking and unblocking."""
    stays_stopped = stored is None or stored.state is State.STOPPED
    if new is not Footing.WRITES:
        muted = new is Footing.MUTE and old is Footing.WRITES and not stays_stopped
        return Change(None if stays_stopped else _STATES[new], muted=muted)
    back = not stays_stopped and stored is not None and stored.state is not State.ACTIVE
    arrived = old is not Footing.WRITES and kind is not Kind.PRIVATE
    return Change(State.ACTIVE if back else None, hello=arrived)


async def change_membership(update: Update, context: Context) -> None:
    """Take note that the bot was blocked, added, removed, or given and taken rights."""
    changed = update.my_chat_member
    if changed is None:
        return
    here = await visit(update, context)
    kind = here.chat.kind
    change = weigh(
        here.chat if here.is_known else None,
        kind,
        footing_of(changed.old_chat_member, kind),
        footing_of(changed.new_chat_member, kind),
    )
    services = context.services
    if change.state is not None:
        chat = await services.chats.set_state(here.chat.id, change.state)
        if chat is not None and change.state is State.ACTIVE:
            # What was published meanwhile and is still active is told now.
            await services.live.join(chat)
    if kind is not Kind.PRIVATE:
        await services.pins.allow(here.chat.id, may=_may_pin(changed.new_chat_member, kind))
        await _note_contact(update, services, here.chat.id, is_new=change.hello)
    if change.hello:
        await services.contacts.mended(here.chat.id, Trouble.MUTED)
        await _greet(update, context, here)
    elif change.muted:
        await services.errands.add(Task.TROUBLE, Errand(here.chat.id, Trouble.MUTED))


def _may_pin(member: ChatMember, kind: Kind) -> bool:
    if kind is not Kind.GROUP or not isinstance(member, ChatMemberAdministrator):
        return False
    return bool(member.can_pin_messages)


async def _note_contact(update: Update, services: Services, chat_id: int, *, is_new: bool) -> None:
    """Who lets the bot in is told what it lacks; whoever touches its rights, where nobody is."""
    user = update.effective_user
    if user is None or user.is_bot:
        return
    if is_new or await services.contacts.of(chat_id) is None:
        await services.contacts.keep(chat_id, user.id)


async def carry_over(services: Services, old_id: int, new_id: int, *, is_here: bool = True) -> None:
    """A group has another id: everything that is kept of it follows. Twice is once.

    `is_here`: that the bot is in the new one is certain.
    """
    await services.checklists.migrate(old_id, new_id)
    await services.contacts.move(old_id, new_id)
    # The messages of the old id are not those of the new one.
    await services.pins.forget(old_id)
    chat = await services.chats.migrate(old_id, new_id)
    if await services.rollcalls.move(old_id, new_id):
        call = await services.rollcalls.get(new_id)
        if call is not None:
            await services.errands.add(Task.TALLY, Errand(new_id, call.id))
    if is_here and chat is not None and chat.state is State.UNREACHABLE:
        # The bot's leaving the old id may have been noted first.
        chat = await services.chats.set_state(new_id, State.ACTIVE)
    if chat is not None and chat.state is State.ACTIVE:
        formerly = Recipient(Kind.GROUP, old_id)
        # A broadcast's cursor may have passed the new id and not have reached the old one.
        await services.live.join(chat, formerly)
        # What was held for the old id is decided anew, and held again while the group rests.
        await services.live.tell(chat, await services.live.held(replace(chat, id=old_id)))


async def migrate(update: Update, context: Context) -> None:
    """A group became a supergroup and has another id; told in the old one and in the new one."""
    message = update.effective_message
    if message is None:
        return
    old_id, new_id = message.chat.id, message.migrate_to_chat_id
    if message.migrate_from_chat_id is not None:
        old_id, new_id = message.migrate_from_chat_id, message.chat.id
    if new_id is None:
        return
    await carry_over(context.services, old_id, new_id)


async def _greet(update: Update, context: Context, here: Visit) -> None:
    if here.chat.kind is Kind.CHANNEL:
        user = update.effective_user
        if user is not None and await context.services.channels.wished(user.id):
            return  # they are choosing this channel right now, and are answered there
        key = "channel.again" if here.chat.places else "channel.promoted"
        await _tell_actor(update, context, key)
        return
    dialogue = context.services.dialogue
    if here.chat.places and here.chat.state is not State.STOPPED:
        names = ", ".join(dialogue.name(id, here.language) for id in here.chat.places)
        await send(update, context, dialogue.say(here.language, "group.again", cities=names))
        return
    example = dialogue.example(here.language)
    hello = dialogue.say(here.language, "group.hello", city=example)
    # One tap of an administrator is enough; nobody else's counts.
    cities = dialogue.choose(here.language, Kind.GROUP).keyboard
    await send(update, context, replace(hello, keyboard=cities))


async def _tell_actor(update: Update, context: Context, key: str) -> None:
    """Write to the administrator in private: a channel's readers have nothing to do with it."""
    user, place = update.effective_user, update.effective_chat
    if user is None or place is None:
        return
    language = personal_language(update, context)
    dialogue = context.services.dialogue
    title = shorten(clean(place.title or "", one_line=True), 80)
    city = dialogue.example(language)
    message: Message = dialogue.say(language, key, title=title, city=city)
    try:
        await context.bot.send_message(
            user.id, message.html, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW
        )
    except TelegramError as error:
        # Whoever never started the bot cannot be written to; the help says the same.
        log.info("administrator not told", error=type(error).__name__)
