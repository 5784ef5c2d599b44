"""Who speaks to the bot, where, in which language, and whether they may change anything there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from telegram import Chat as TelegramChat
from telegram import ChatMember, Message, Update
from telegram.constants import ChatType
from telegram.error import BadRequest

from bot.chat.context import Context
from bot.domain.subscriber import Chat, Kind, State

_KINDS = {
    ChatType.PRIVATE: Kind.PRIVATE,
    ChatType.GROUP: Kind.GROUP,
    ChatType.SUPERGROUP: Kind.GROUP,
    ChatType.CHANNEL: Kind.CHANNEL,
}
_ADMINISTRATORS = (ChatMember.OWNER, ChatMember.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Visit:
    """One update's chat as stored, or as it would be stored. `language` is that of the answer."""

    chat: Chat
    is_known: bool
    language: str

    @property
    def is_private(self) -> bool:
        """Whether nobody else reads the answer."""
        return self.chat.kind is Kind.PRIVATE


async def visit(update: Update, context: Context) -> Visit:
    """The chat of an update; one that is unknown would speak its visitor's language."""
    place = update.effective_chat
    if place is None:
        raise LookupError("an update without a chat has no visit")
    spoken = personal_language(update, context)
    stored = await context.services.chats.get(place.id)
    if stored is None:
        return Visit(Chat(id=place.id, kind=kind_of(place), language=spoken), False, spoken)
    language = context.services.dialogue.texts.closest(stored.language)
    return Visit(replace(stored, language=language), True, language)


def kind_of(place: TelegramChat) -> Kind:
    """What a chat is to us: a supergroup is a group."""
    return _KINDS[ChatType(place.type)]


def personal_language(update: Update, context: Context) -> str:
    """The language of the person behind an update, as their Telegram says."""
    user = update.effective_user
    return context.services.dialogue.texts.closest(user.language_code if user else None)


def thread_of(message: Message | None) -> int | None:
    """The forum topic of a message; None for General, where Telegram refuses to be told 1.

    Outside forums `message_thread_id` numbers a thread of replies, which is nothing to send to.
    """
    if message is None or not message.is_topic_message or message.message_thread_id == 1:
        return None
    return message.message_thread_id


async def may_change(update: Update, context: Context) -> bool:
    """Whether the person may change what this chat follows.

    In private always. In a channel only posts can say it, and only administrators post. In a
    group its administrators: an anonymous one speaks as the group itself, and a linked channel,
    whatever its `from`, is no administrator (Bot API, Message.sender_chat).
    """
    place = update.effective_chat
    if place is None or place.type == ChatType.PRIVATE:
        return place is not None
    if place.type == ChatType.CHANNEL:
        return update.channel_post is not None
    message = update.effective_message
    if update.callback_query is None and message is not None and message.sender_chat is not None:
        return message.sender_chat.id == place.id
    user = update.effective_user
    return user is not None and await is_administrator(context, place.id, user.id)


def speaks_as_channel(update: Update) -> bool:
    """Whether somebody writes in a group under the name of a channel, so that nobody knows who."""
    message = update.effective_message if update.callback_query is None else None
    speaker = message.sender_chat if message is not None else None
    return speaker is not None and message is not None and speaker.id != message.chat.id


async def is_administrator(context: Context, chat_id: int, user_id: int) -> bool:
    """Whether Telegram says so now; raises BadRequest or Forbidden where the bot is not."""
    try:
        member = await context.bot.get_chat_member(chat_id, user_id)
    except BadRequest:
        # Groups that hide their members tell a bot without rights only who the administrators are.
        administrators = await context.bot.get_chat_administrators(chat_id)
        return any(one.user.id == user_id for one in administrators)
    return member.status in _ADMINISTRATORS


def is_new(chat: Chat) -> bool:
    """Whether the chat follows nothing yet, so that a first choice is what it needs."""
    return not chat.places


def is_off(chat: Chat) -> bool:
    """Whether somebody must turn warnings on again before they come."""
    return chat.state is not State.ACTIVE
