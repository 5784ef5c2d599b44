"""Everything people can say to the bot, in the order in which it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine
from functools import wraps
from typing import Any

from telegram import Update
from telegram.constants import ChatType
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.chat import (
    answers,
    binding,
    channel,
    checklist,
    city,
    errors,
    forgery,
    genuine,
    hints,
    household,
    language,
    membership,
    menus,
    offline,
    privacy,
    rollcall,
    settings,
    shelter,
    start,
    status,
    stop,
    trial,
)
from bot.chat.context import App, Context
from bot.chat.flood import Gate
from bot.chat.operators import (
    decide,
    drills,
    follow,
    lists,
    people,
    progress,
    publish,
    records,
    typed,
)
from bot.chat.services import Services

ALLOWED_UPDATES = [
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CHANNEL_POST,
    Update.CALLBACK_QUERY,
    Update.MY_CHAT_MEMBER,
]
"""What the bot asks Telegram for, in polling and with a webhook alike."""

Callback = Callable[[Update, Context], Coroutine[Any, Any, None]]
Handler = BaseHandler[Update, Context, None]

_FIRST = -1  # before the handlers of the usual group
_ID = "([A-Za-z0-9_-]{1,32})"
_BROADCAST = "([A-Za-z0-9_-]{1,56})"
_ROLE = "(owner|approver|operator|viewer)"
_PRIVATE = filters.ChatType.PRIVATE
_ALONE = frozenset({ChatType.PRIVATE})
_TOGETHER = _ALONE | {ChatType.GROUP, ChatType.SUPERGROUP}
# A corrected slip counts. What a linked channel posts is copied into its group for readers to talk
# about: nobody asks the bot anything by it.
_TALK = filters.UpdateType.MESSAGES & ~filters.ChatType.CHANNEL & ~filters.IS_AUTOMATIC_FORWARD
_NEW = filters.UpdateType.MESSAGE  # a live location arrives as edits, dozens of them
_POST = filters.UpdateType.CHANNEL_POST
_OPENED = (
    filters.StatusUpdate.FORUM_TOPIC_REOPENED | filters.StatusUpdate.GENERAL_FORUM_TOPIC_UNHIDDEN
)


def add_handlers(application: App, services: Services) -> None:
    """Register everything. The application must be built with `context_types()`."""
    application.bot_data.services = services
    answers = handlers()
    names = frozenset[str]().union(
        *(one.commands for one in answers if isinstance(one, CommandHandler))
    )
    application.add_handler(TypeHandler(Update, Gate(names).check), group=_FIRST)
    application.add_handlers(answers)
    application.add_error_handler(errors.report)


def handlers() -> list[Handler]:
    """The first that fits an update answers it."""
    return [
        # Where the bot stands
        ChatMemberHandler(membership.change_membership, ChatMemberHandler.MY_CHAT_MEMBER),
        MessageHandler(filters.StatusUpdate.MIGRATE, membership.migrate),
        MessageHandler(_OPENED, membership.open_topic),
        # Operators
        *of_operators(),
        # Channels
        _command("city", channel.city_post, _POST),
        _command("stop", channel.stop_post, _POST),
        _command("language", channel.language_post, _POST),
        _command("channel", binding.channel, _PRIVATE & _NEW),
        MessageHandler(_PRIVATE & filters.StatusUpdate.CHAT_SHARED, binding.shared),
        # Cities
        _command("start", start.start, _TALK),
        _command("city", city.city, _TALK),
        _command("stop", stop.stop, _TALK),
        _press(f"city:add:{_ID}", city.add),
        _press(f"city:del:{_ID}", city.remove),
        _press("city:menu", city.show_menu),
        _press("city:more", city.show_more),
        MessageHandler(_PRIVATE & _NEW & filters.LOCATION, answers.share_location),
        # Supplies
        _command("checklist", checklist.checklist, _TALK),
        _press("list:open", checklist.open_list),
        _press("list:all", checklist.show_all),
        _press("list:see:([a-z_]{1,32})", checklist.see),
        _press("list:share", checklist.share, _ALONE),
        _press("list:stop", checklist.stop, _ALONE),
        _press("list:leave", checklist.leave, _ALONE),
        _press("tick:([a-z0-9_]{1,40}):([01])", checklist.tick),
        _command("household", household.household, _PRIVATE & _TALK),
        _press("home:open", household.open_menu, _ALONE),
        _press("home:ask:([a-z]{1,16})", household.ask, _ALONE),
        _press("home:set:([a-z]{1,16}):([a-z0-9-]{1,16})", household.answer_question, _ALONE),
        _press("home:done", household.finish, _ALONE),
        _press("home:forget", household.forget, _ALONE),
        # Shelters
        _command("shelter", shelter.shelter, _PRIVATE & _TALK),
        _press("shelter:open", shelter.open_shelter, _ALONE),
        _press("shelter:min:([0-9]{1,3})", shelter.set_minutes, _ALONE),
        _press("shelter:delete", shelter.delete, _ALONE),
        # Questions
        _command("status", status.status, _TALK),
        _press("status", status.status),
        _command("verify", genuine.verify, _TALK),
        _press(f"verify:{_ID}", genuine.press_verify),
        _press(f"more:{_ID}", genuine.press_more),
        _press(forgery.PRESSED, forgery.Reports().press, _ALONE),
        _command("help", start.help_, _TALK),
        # Roll-calls
        _command("rollcall", rollcall.list_mine, _PRIVATE & _NEW),
        _command("rollcall", rollcall.rollcall, _TALK),
        _press("rc:([0-9a-f]{8}):(help|shelter|safe)", rollcall.press),
        _press(r"rcx:(-?\d{1,20})", rollcall.export),
        # Settings
        _command("test", trial.send_test, _NEW & _TALK),
        _press("test", trial.send_test),
        _press("test:loud", trial.send_loud),
        _command("language", language.language, _TALK),
        _press("lang:([A-Za-z-]{1,32})", language.choose),
        _command("settings", settings.settings, _TALK),
        _press("settings:(low|full)", settings.change, _ALONE),
        _press("set:menu", settings.show_menu),
        _press("set:quiet", settings.ask_hours),
        _press("set:q:(off|[0-9]{1,4}-[0-9]{1,4})", settings.set_hours),
        _press("set:daily:([01])", settings.set_daily, _ALONE),
        _press("set:drills:([01])", settings.set_drills),
        _press(f"set:place:{_ID}", settings.see_place),
        _press(f"set:least:{_ID}:(any|Moderate|Severe|Extreme)", settings.set_least),
        _press(f"set:ring:{_ID}:([01])", settings.set_ring),
        _press(f"set:threats:{_ID}", settings.see_threats),
        _press(f"set:threat:{_ID}:([a-z_]{{1,32}}:[01])", settings.set_threat),
        _command("pause", settings.pause, _TALK),
        _press("pause:(off|[0-9]{1,2})", settings.press_pause),
        _command("offline", offline.offline, _PRIVATE & _NEW),
        _command("privacy", privacy.privacy, _PRIVATE & _TALK),
        _press("privacy:show", privacy.privacy, _ALONE),
        _press("privacy:export", privacy.export, _ALONE),
        _press("privacy:delete", privacy.ask, _ALONE),
        _press("privacy:erase", privacy.erase, _ALONE),
        # What is left
        MessageHandler(_PRIVATE & _TALK & filters.COMMAND, hints.unknown_command),
        MessageHandler(_PRIVATE & _TALK & filters.TEXT, typed.type_text),
        MessageHandler(_PRIVATE & _NEW & filters.Document.ALL, typed.send_file),
        MessageHandler(
            _PRIVATE & _NEW & filters.FORWARDED & filters.CAPTION, genuine.judge_forwarded
        ),
        MessageHandler(_PRIVATE & _NEW & ~filters.StatusUpdate.ALL, hints.unknown_content),
        CallbackQueryHandler(hints.old_button),
    ]


def of_operators() -> list[Handler]:
    """Each checks by itself who may; in a group these commands mean nothing."""
    where = _PRIVATE & _NEW
    return [
        _press(f"ok:{_ID}", decide.approve),
        _press(f"ed:{_ID}", decide.edit),
        _press(f"no:{_ID}", decide.reject),
        _press(f"ov:{_ID}", decide.ask_reason),
        _command("publish", publish.publish, where),
        _press("p:t:([a-z_]{1,16})", publish.choose),
        _press("p:paste", publish.paste),
        _press(f"p:d:{_ID}", publish.resume),
        _press(f"d:{_ID}:([0-9]{{1,6}}):([a-z]{{2}})(?::{_ID})?", publish.press),
        *(_command(name, follow.listing(name), where) for name in menus.FOLLOWING),
        _press(f"f:([mwce]):{_ID}", follow.ask),
        _press(f"fs:([mwce]):{_ID}", follow.send),
        _press(f"f:u:{_ID}", follow.update),
        _press(f"f:h:{_ID}", follow.halt),
        _press(f"f:r:{_ID}", follow.resume),
        _command("drill", drills.drill, where),
        _press("x:t:([a-z_]{1,16})", drills.choose),
        _press(f"x:d:{_ID}", drills.resume),
        _press(f"x:s:{_ID}", drills.see),
        _press("x:k:([a-z0-9-]{1,24}):([0-9]{4}-[0-9]{2})", drills.skip),
        _press(f"x:{_ID}:([0-9]{{1,6}}):([a-z]{{2}})(?::{_ID})?", drills.press),
        _press(f"xf:([mwce]):{_ID}", follow.ask),
        _press(f"xfs:([mwce]):{_ID}", follow.send),
        _press(f"xf:h:{_ID}", follow.halt),
        _press(f"xf:r:{_ID}", follow.resume),
        _command("pending", lists.pending, where),
        _command("progress", progress.progress, where),
        _press("pg:list", progress.progress),
        _press(f"pg:see:{_BROADCAST}", progress.see),
        _press(f"pg:csv:{_BROADCAST}", progress.export),
        _command("sources", lists.sources, where),
        _command("operators", people.operators, where),
        _press("op:list", people.operators),
        _press("op:invite", people.ask_role),
        _press(f"op:new:{_ROLE}", people.invite),
        _press("op:see:([0-9]{1,20})", people.see),
        _press(f"op:role:([0-9]{{1,20}}):{_ROLE}:{_ROLE}", people.set_role),
        _press("op:places:([0-9]{1,20})", people.ask_places),
        _press(f"op:del:([0-9]{{1,20}}):{_ROLE}", people.remove),
        _command("audit", records.audit, where),
        _press("au:to:([0-9]{1,12})", records.audit),
        _press("au:(csv|json)", records.export),
    ]


def _command(name: str, callback: Callback, where: filters.BaseFilter) -> Handler:
    return CommandHandler(name, callback, where)


def _press(pattern: str, callback: Callback, where: Collection[str] = _TOGETHER) -> Handler:
    """A button that is obeyed only where the bot writes it.

    A client can be made to send any data with any message that has buttons: a button of a private
    chat that were obeyed in a group would let every member delete the group's settings.
    """

    @wraps(callback)
    async def obey(update: Update, context: Context) -> None:
        place = update.effective_chat
        if place is not None and place.type in where:
            await callback(update, context)
        else:
            await hints.old_button(update, context)

    return CallbackQueryHandler(obey, pattern=f"^{pattern}$")
