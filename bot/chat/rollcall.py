"""`/rollcall`: asked by administrators in a group, answered by everybody, listed for a few."""

from __future__ import annotations

import re
from datetime import timedelta
from secrets import token_hex

from telegram import InputFile, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden

from bot.chat import city
from bot.chat.choice import Link
from bot.chat.context import Context
from bot.chat.reply import answer, markup, send
from bot.chat.services import Services
from bot.chat.tally import TALLY_S, spot_of
from bot.chat.visit import (
    Visit,
    is_administrator,
    may_change,
    personal_language,
    speaks_as_channel,
    thread_of,
    visit,
)
from bot.domain.errand import Errand, Task
from bot.domain.message import Button, Message
from bot.domain.rollcall import MAX_NAME, Answer, RollCall
from bot.rendering.text import clean, escape, shorten
from bot.storage.rollcalls import Said

MINUTES = re.compile(r"\d{1,4}")
SHORTEST, LONGEST = 5, 1440
MOST_LISTS = 5
UNSENT_S = 60.0
FILE_NAME = "rollcall.csv"


async def rollcall(update: Update, context: Context) -> None:
    """Open one, close it, ask for its list, or answer for somebody by name."""
    here = await visit(update, context)
    words = list(context.args or ())
    texts = context.services.rollcall_texts
    said = texts.read_answer(words[0]) if words and not speaks_as_channel(update) else None
    if said is not None:
        await _answer_for(update, context, here, said, " ".join(words[1:]))
    elif not await may_change(update, context):
        await city.refuse(update, context)
    elif words and words[0].casefold() == "close":
        await _close(update, context, here)
    elif words and words[0].casefold() == "list":
        link = Button(texts.say(here.language, "list"), url=list_url(context, here.chat.id))
        text = escape(texts.say(here.language, "list_here"))
        await send(update, context, Message(text, ((link,),)))
    elif words and not MINUTES.fullmatch(words[0]):
        await send(update, context, Message(escape(texts.say(here.language, "usage"))))
    else:
        await _open(update, context, here, int(words[0]) if words else None)


async def list_mine(update: Update, context: Context) -> None:
    """`/rollcall` in private: the lists of the groups that somebody administers."""
    here = await visit(update, context)
    services = context.services
    sent = 0
    for chat_id in await services.rollcalls.chats_of(here.chat.id):
        if sent < MOST_LISTS and await _send_list(update, context, here, chat_id):
            sent += 1
    if not sent:
        text = services.rollcall_texts.say(here.language, "none_yours")
        await send(update, context, Message(escape(text)))


async def follow_link(update: Update, context: Context, here: Visit, payload: str) -> None:
    """The button under a roll-call opens its list in private, for administrators only."""
    if not re.fullmatch(r"-\d{1,20}", payload):
        payload = "0"
    if not await _send_list(update, context, here, int(payload)):
        text = context.services.rollcall_texts.say(here.language, "not_yours")
        await send(update, context, Message(escape(text)))


async def press(update: Update, context: Context) -> None:
    """Somebody answers for themselves."""
    query, here = update.callback_query, await visit(update, context)
    language = personal_language(update, context)
    matches = context.matches or ()
    if query is None or not matches:
        return
    services, chosen = context.services, Answer(matches[0].group(2))
    said = Said(query.from_user.id, chosen, _name(query.from_user.full_name))
    became = await _note(services, here.chat.id, matches[0].group(1), said)
    texts = services.rollcall_texts
    if became == "closed":
        await answer(update, texts.say(language, "too_late"), alert=True)
    elif chosen is Answer.HELP:
        text = f"{texts.say(language, 'noted', answer=texts.say(language, f'answer.{chosen}'))} "
        text += texts.no_line(language, spot_of(services, here.chat).country, is_short=True)
        await answer(update, shorten(text, 200), alert=True)
    else:
        text = texts.say(language, "noted", answer=texts.say(language, f"answer.{chosen}"))
        await answer(update, text)


async def export(update: Update, context: Context) -> None:
    """The list as a file; whether the presser is an administrator is asked anew."""
    here = await visit(update, context)
    services, chat_id = context.services, int(city.pressed_id(context))
    user = update.effective_user
    if user is None or not here.is_private or not await _administers(context, chat_id, user.id):
        text = services.rollcall_texts.say(here.language, "not_yours")
        await answer(update, text, alert=True)
        return
    group = await services.chats.get(chat_id)
    replies = await services.rollcalls.replies(chat_id)
    content = services.rollcall_texts.file(
        here.language, replies, spot_of(services, group).timezone
    )
    await context.bot.send_document(here.chat.id, InputFile(content, filename=FILE_NAME))
    await answer(update)


def list_url(context: Context, chat_id: int) -> str:
    """The link that opens a group's list in private."""
    return f"https://t.me/{context.bot.username}?start={Link.ROLL_CALL}{chat_id}"


async def _open(update: Update, context: Context, here: Visit, minutes: int | None) -> None:
    services, now = context.services, context.services.clock()
    texts, user = services.rollcall_texts, update.effective_user
    lasts = minutes if minutes is not None else services.rollcall_minutes
    lasts = max(SHORTEST, min(lasts, LONGEST))
    call = RollCall(
        id=token_hex(4),
        chat_id=here.chat.id,
        asked_by=0 if user is None or user.is_bot else user.id,
        language=here.language,
        opened=now,
        closes=now + timedelta(minutes=lasts),
        thread_id=thread_of(update.effective_message),
    )
    if not await services.rollcalls.open(call):
        await send(update, context, Message(escape(texts.say(here.language, "running"))))
        return
    # The timer first: a crash behind it leaves a roll-call whose message is written by the timer,
    # which comes late enough for a message that has to wait for its turn.
    await services.errands.add(Task.TALLY, Errand(call.chat_id, call.id), delay_s=UNSENT_S)
    url = list_url(context, call.chat_id)
    message = texts.call(call, {}, spot_of(services, here.chat), url)
    sent = await context.bot.send_message(
        call.chat_id,
        message.html,
        parse_mode=ParseMode.HTML,
        message_thread_id=call.thread_id,
        reply_markup=markup(message.keyboard),
    )
    await services.rollcalls.shown(call.chat_id, sent.message_id)


async def _close(update: Update, context: Context, here: Visit) -> None:
    services = context.services
    call = await services.rollcalls.get(here.chat.id)
    if call is None or not call.is_open:
        text = services.rollcall_texts.say(here.language, "none_open")
        await send(update, context, Message(escape(text)))
        return
    await services.rollcalls.end(call.chat_id, call.id)
    await services.errands.add(Task.TALLY, Errand(call.chat_id, call.id))


async def _answer_for(
    update: Update, context: Context, here: Visit, said: Answer, typed: str
) -> None:
    """`/rollcall safe Anna`: the name as it was written, and who wrote it."""
    services, user = context.services, update.effective_user
    texts, name = services.rollcall_texts, _name(typed)
    call = await services.rollcalls.get(here.chat.id)
    if not name or user is None:
        key = "usage"
    elif call is None or not call.is_open:
        key = "none_open"
    else:
        by = _name(user.full_name)
        became = await _note(services, call.chat_id, call.id, Said(user.id, said, by, of=name))
        key = "none_open" if became == "closed" else "noted_for"
    shown = texts.say(here.language, f"answer.{said}")
    text = texts.say(here.language, key, **({"answer": shown} if key == "noted_for" else {}))
    await send(update, context, Message(escape(text)))


async def _note(services: Services, chat_id: int, call_id: str, said: Said) -> str:
    became = await services.rollcalls.answer(chat_id, call_id, said, services.clock())
    if became in ("new", "changed"):
        # However many answer, the counter is written once in a while.
        await services.errands.add(Task.TALLY, Errand(chat_id, call_id), delay_s=TALLY_S)
    return became


async def _send_list(update: Update, context: Context, here: Visit, chat_id: int) -> bool:
    services, user = context.services, update.effective_user
    call = await services.rollcalls.get(chat_id) if chat_id else None
    if call is None or user is None or not await _administers(context, chat_id, user.id):
        return False
    group = await services.chats.get(chat_id)
    title = (await context.bot.get_chat(chat_id)).title or ""
    message = services.rollcall_texts.list_of(
        here.language,
        call,
        await services.rollcalls.replies(chat_id),
        spot_of(services, group),
        title,
    )
    await send(update, context, message)
    return True


async def _administers(context: Context, chat_id: int, user_id: int) -> bool:
    try:
        return await is_administrator(context, chat_id, user_id)
    except (BadRequest, Forbidden):
        return False  # the bot is not there any more, or never was


def _name(text: str) -> str:
    return shorten(clean(text, one_line=True), MAX_NAME)
