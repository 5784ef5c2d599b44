"""`/channel`: whoever administers a channel gives it a city, in one language or several."""

from __future__ import annotations

from dataclasses import replace

from telegram import (
    ChatAdministratorRights,
    ChatMemberAdministrator,
    KeyboardButton,
    KeyboardButtonRequestChat,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.error import BadRequest, Forbidden

from bot.chat import choice
from bot.chat.choice import Match
from bot.chat.context import Context
from bot.chat.operators import drill_group
from bot.chat.operators.access import operator_of
from bot.chat.reply import send
from bot.chat.services import Services
from bot.chat.visit import is_administrator, visit
from bot.domain.channel import CityChannel, Wish
from bot.domain.message import Message
from bot.domain.operators import Act, may
from bot.domain.place import Place
from bot.domain.subscriber import Chat, Kind, State
from bot.rendering.text import clean, escape, shorten

REQUEST_ID = 1
TITLE_LIMIT = 80


async def channel(update: Update, context: Context) -> None:
    """`/channel Kyiv uk en`: remember the wish, and let Telegram ask which channel."""
    here = await visit(update, context)
    services, words = context.services, list(context.args or ())
    texts = services.dialogue.texts
    languages: list[str] = []
    while words and words[-1].lower() in texts.languages:
        languages.insert(0, words.pop().lower())
    if not words:
        example = services.dialogue.example(here.language)
        await send(
            update, context, services.dialogue.say(here.language, "bind.usage", city=example)
        )
        return
    found = choice.read_city(" ".join(words), here.language, services.gazetteer, services.suggest)
    if found.match is not Match.EXACT:
        offer = services.dialogue.offer_names(here.language, found.match, found.places)
        await send(update, context, replace(offer, html=offer.html.replace("/city ", "/channel ")))
        return
    wish = Wish(found.places[0].id, tuple(dict.fromkeys(languages)) or (here.language,))
    await services.channels.wish(here.chat.id, wish)
    city = found.places[0].name(here.language)
    label = services.dialogue.text(here.language, "bind.button")
    text = services.dialogue.say(here.language, "bind.choose", city=city)
    await send(update, context, text, below=_keyboard(label))


async def shared(update: Update, context: Context) -> None:
    """The channel that was chosen gets what was wished, if bot and person may post there."""
    here, message = await visit(update, context), update.effective_message
    chosen = message.chat_shared if message is not None else None
    if chosen is not None and chosen.request_id == drill_group.GROUP_REQUEST:
        await drill_group.share_group(update, context, chosen.chat_id, chosen.title or "")
        return
    if chosen is None or chosen.request_id != REQUEST_ID:
        return
    services = context.services
    wish = await services.channels.wished(here.chat.id)
    place = services.gazetteer.get(wish.place_id) if wish else None
    if wish is None or place is None:
        example = services.dialogue.example(here.language)
        usage = services.dialogue.say(here.language, "bind.usage", city=example)
        await send(update, context, usage, below=ReplyKeyboardRemove())
        return
    title = shorten(clean(chosen.title or "", one_line=True), TITLE_LIMIT)
    is_operator = may(await operator_of(update, context), Act.PUBLISH)
    if not await _may_bind(context, chosen.chat_id, here.chat.id, is_operator=is_operator):
        refusal = services.dialogue.say(here.language, "bind.no_right", title=title)
        await send(update, context, refusal, below=ReplyKeyboardRemove())
        return
    chat = await _bind(services, chosen.chat_id, wish)
    await services.contacts.keep(chat.id, here.chat.id)
    await services.channels.granted(here.chat.id)
    keys = ["bind.done"]
    if is_operator and chosen.username:
        # Anybody may bind a channel of their own; what is offered to everybody an operator binds.
        offered = CityChannel(chat.id, chosen.username, title)
        await services.channels.offer(place.id, offered)
        keys.append("bind.offered")
    spoken = ", ".join(services.dialogue.language_name(tag) for tag in wish.languages)
    done = services.dialogue.say(
        here.language, *keys, title=title, city=place.name(here.language), languages=spoken
    )
    await send(update, context, done, below=ReplyKeyboardRemove())


async def with_channel(
    services: Services, message: Message, language: str, place: Place
) -> Message:
    """The confirmation of a city, with the city's channel beside it where there is one."""
    offered = await services.channels.offered(place.id)
    channel = await services.chats.get(offered.chat_id) if offered else None
    if offered is None or channel is None or channel.state is not State.ACTIVE:
        return message
    if place.id not in channel.places:
        return message
    city = place.name(language)
    text = services.dialogue.text(language, "bind.beside", city=city, title=offered.title)
    label = services.dialogue.text(language, "bind.open")
    # No button: the first confirmation takes a keyboard away, and Telegram takes either.
    link = f'<a href="https://t.me/{offered.username}">{escape(label)}</a>'
    return replace(message, html=f"{message.html}\n\n{escape(text)}\n{link}")


async def _bind(services: Services, chat_id: int, wish: Wish) -> Chat:
    known = await services.chats.get(chat_id) or Chat(chat_id, Kind.CHANNEL, wish.languages[0])
    chat = replace(
        known.following(wish.place_id),
        language=wish.languages[0],
        also=wish.languages[1:],
        state=State.ACTIVE,
    )
    await services.chats.save(chat)
    await services.live.join(chat)
    return chat


async def _may_bind(context: Context, chat_id: int, user_id: int, *, is_operator: bool) -> bool:
    try:
        own = await context.bot.get_chat_member(chat_id, context.bot.id)
        posts = isinstance(own, ChatMemberAdministrator) and own.can_post_messages
        return bool(posts) and (is_operator or await is_administrator(context, chat_id, user_id))
    except (BadRequest, Forbidden):
        return False  # chosen, and the bot was not let in


def _keyboard(label: str) -> ReplyKeyboardMarkup:
    """Telegram lists the channels where the person may give these rights, and gives them."""
    rights = ChatAdministratorRights(
        is_anonymous=False,
        can_manage_chat=True,
        can_delete_messages=False,
        can_manage_video_chats=False,
        can_restrict_members=False,
        can_promote_members=False,
        can_change_info=False,
        can_invite_users=False,
        can_post_stories=False,
        can_edit_stories=False,
        can_delete_stories=False,
        can_post_messages=True,
        can_edit_messages=True,
        # Bot API 10.3 asks for it; the library's types are older.
        api_kwargs={"can_send_welcome_messages": False},
    )
    # To give rights one must be allowed to add administrators.
    own = ChatAdministratorRights.de_json({**rights.to_dict(), "can_promote_members": True}, None)
    wanted = KeyboardButtonRequestChat(
        REQUEST_ID,
        chat_is_channel=True,
        user_administrator_rights=own,
        bot_administrator_rights=rights,
        request_title=True,
        request_username=True,
    )
    button = KeyboardButton(label, request_chat=wanted)
    return ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)
