"""Choosing cities: a button, a typed name or a shared location; keeping and removing them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from telegram import ReplyKeyboardRemove, Update

from bot.chat import choice
from bot.chat.binding import with_channel
from bot.chat.choice import Follow, Match
from bot.chat.context import Context
from bot.chat.reply import answer, location_keyboard, send, show
from bot.chat.services import Services
from bot.chat.visit import Visit, is_new, may_change, personal_language, thread_of, visit
from bot.domain.errand import Trouble
from bot.domain.place import Place
from bot.domain.subscriber import Chat, Kind
from bot.rendering.dialogue import Coming


async def city(update: Update, context: Context) -> None:
    """`/city`: the list of cities; `/city <name>`: follow that one."""
    here = await visit(update, context)
    if not await may_change(update, context):
        await refuse(update, context)
        return
    await context.services.questions.close(here.chat.id)
    if name := " ".join(context.args or ()):
        await read_name(update, context, here, name)
    elif here.is_private and is_new(here.chat):
        await _ask(update, context, here)
    else:
        await show(update, context, context.services.dialogue.cities(here.language, here.chat))


async def type_name(update: Update, context: Context) -> None:
    """A private text that is no command is read as a city's name."""
    here = await visit(update, context)
    message = update.effective_message
    await read_name(update, context, here, (message.text if message else None) or "")


async def read_name(update: Update, context: Context, here: Visit, name: str) -> None:
    """Follow the city of exactly this name, or offer what may be meant."""
    services = context.services
    found = choice.read_city(name, here.language, services.gazetteer, services.suggest)
    if found.match is Match.EXACT:
        here = _speaking(here, name, found.places[0], update, services)
        await subscribe(update, context, here, found.places[0])
    elif here.chat.kind is Kind.CHANNEL:
        names = services.dialogue.offer_names(here.language, found.match, found.places)
        await send(update, context, names)
    else:
        offer = services.dialogue.offer(here.language, found.match, found.places)
        await send(update, context, offer)


async def share_location(update: Update, context: Context) -> None:
    """Offer the nearest city. The coordinates end here: nothing stores or logs them."""
    message = update.effective_message
    if message is None or message.location is None:
        return
    here = await visit(update, context)
    services = context.services
    place = services.gazetteer.nearest(message.location.latitude, message.location.longitude)
    await send(update, context, services.dialogue.nearest(here.language, place))


async def add(update: Update, context: Context) -> None:
    """A pressed city is followed."""
    here = await visit(update, context)
    place = context.services.gazetteer.get(pressed_id(context))
    if not await may_change(update, context):
        await refuse(update, context)
    elif place is None or not choice.is_city(place):
        await answer(update, context.services.dialogue.text(here.language, "error.old_button"))
    else:
        await subscribe(update, context, here, place)
        await answer(update)


async def remove(update: Update, context: Context) -> None:
    """A city whose button was pressed is followed no longer."""
    here = await visit(update, context)
    if not await may_change(update, context):
        await refuse(update, context)
        return
    await unfollow(update, context, here, pressed_id(context))
    await answer(update)


async def unfollow(update: Update, context: Context, here: Visit, place_id: str) -> None:
    """Drop a city and show what is left."""
    services = context.services
    chat = here.chat.without(place_id)
    if chat != here.chat:
        await services.chats.save(chat)
    name = services.dialogue.name(place_id, here.language)
    note = services.dialogue.text(here.language, "removed", city=name)
    await show(update, context, services.dialogue.cities(here.language, chat, note))


async def show_menu(update: Update, context: Context) -> None:
    """Back to the list of cities."""
    here = await visit(update, context)
    if not await may_change(update, context):
        await refuse(update, context)
        return
    await show(update, context, context.services.dialogue.cities(here.language, here.chat))
    await answer(update)


async def show_more(update: Update, context: Context) -> None:
    """The largest cities again, to add one."""
    here = await visit(update, context)
    if not await may_change(update, context):
        await refuse(update, context)
        return
    await context.services.questions.close(here.chat.id)
    dialogue = context.services.dialogue
    await show(update, context, dialogue.choose(here.language, here.chat.kind))
    await answer(update)


async def refuse(update: Update, context: Context) -> None:
    """Tell somebody who is no administrator why nothing happens: once, in few words."""
    language = personal_language(update, context)
    dialogue = context.services.dialogue
    if update.callback_query is not None:
        await answer(update, dialogue.text(language, "group.admins_only"), alert=True)
    else:
        await send(update, context, dialogue.say(language, "group.admins_only"))


async def hint_group(update: Update, context: Context, here: Visit) -> None:
    """How a group gets warnings."""
    dialogue = context.services.dialogue
    example = dialogue.example(here.language)
    await send(update, context, dialogue.say(here.language, "group.hello", city=example))


@dataclass(frozen=True, slots=True)
class Subscription:
    """What became of a wish to follow a city; `sent` active warnings are on their way."""

    chat: Chat
    follow: Follow
    coming: Coming = Coming.QUIET
    sent: int = 0


async def subscribe(update: Update, context: Context, here: Visit, place: Place) -> None:
    """Follow a city and confirm it; what is active for it is sent by the dispatcher."""
    services = context.services
    made = await _store(services, _here(here, update), place)
    if made.follow is Follow.FULL:
        await show(update, context, services.dialogue.full(here.language))
        return
    done = services.dialogue.followed(
        here.language,
        made.chat,
        place,
        is_new=made.follow is Follow.NEW,
        coming=made.coming,
        sent=made.sent,
    )
    if here.is_private:
        done = await with_channel(services, done, here.language, place)
    if not (here.is_private and is_new(here.chat)):
        await show(update, context, done)
        return
    if update.callback_query is not None:
        await show(update, context, services.dialogue.cities(here.language, made.chat))
    # The first city: the button for a location has served, and only a new message takes it away.
    await send(update, context, done, below=ReplyKeyboardRemove())


async def _store(services: Services, chat: Chat, place: Place) -> Subscription:
    changed, follow = choice.follow(chat, place)
    if follow is Follow.FULL:
        return Subscription(chat, follow)
    await services.chats.save(changed)
    if changed.kind is Kind.GROUP:
        await services.contacts.mended(changed.id, Trouble.TOPIC)
    sent = await services.live.join(changed)
    if sent:
        return Subscription(changed, follow, Coming.SENT, sent)
    told = await services.live.active((place.id,))
    return Subscription(changed, follow, Coming.TOLD if told else Coming.QUIET)


def pressed_id(context: Context) -> str:
    """The id in a pressed button's data, which the handler's pattern has checked."""
    matches = context.matches or ()
    return matches[0].group(1) if matches else ""


def _here(here: Visit, update: Update) -> Chat:
    """A forum is warned in the topic where its city was chosen."""
    if here.chat.kind is not Kind.GROUP:
        return here.chat
    return replace(here.chat, thread_id=thread_of(update.effective_message))


def _speaking(here: Visit, name: str, place: Place, update: Update, services: Services) -> Visit:
    """A channel, or an anonymous administrator, has no language but the one it writes in."""
    user = update.effective_user
    if here.is_known or (user is not None and user.language_code):
        return here
    written = choice.language_written(name, place, services.dialogue.texts.languages)
    if written is None:
        return here
    return replace(here, chat=replace(here.chat, language=written), language=written)


async def _ask(update: Update, context: Context, here: Visit) -> None:
    dialogue = context.services.dialogue
    label = dialogue.text(here.language, "location.button")
    hint = dialogue.say(here.language, "welcome.location")
    await send(update, context, hint, below=location_keyboard(label))
    await send(update, context, dialogue.choose(here.language))
