"""A real python-telegram-bot application works against the sandbox."""

from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.sandbox.server import Sandbox

Context = ContextTypes.DEFAULT_TYPE


async def _city(update: Update, context: Context) -> None:
    assert update.message is not None
    button = InlineKeyboardButton("Checklist", callback_data="open")
    await update.message.reply_html(
        f"Subscribed: <b>{' '.join(context.args or [])}</b>",
        reply_markup=InlineKeyboardMarkup([[button]]),
    )


async def _open(update: Update, context: Context) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer("Opened")
    await update.callback_query.edit_message_text("Water, food, medication")


async def _place(update: Update, context: Context) -> None:
    assert update.message is not None
    assert update.message.location is not None
    await update.message.reply_text(f"At {update.message.location.latitude}")


def _application(sandbox: Sandbox) -> "Application[Any, Any, Any, Any, Any, Any]":
    builder = Application.builder().token(sandbox.token).base_url(f"{sandbox.url}/bot")
    application = builder.job_queue(None).build()
    application.add_handler(CommandHandler("city", _city))
    application.add_handler(CallbackQueryHandler(_open))
    application.add_handler(MessageHandler(filters.LOCATION, _place))
    return application


async def test_application_of_python_telegram_bot_goes_all_the_way(sandbox: Sandbox) -> None:
    world = sandbox.world
    user = world.user("Олена")
    application = _application(sandbox)
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(timeout=5)
        world.private_message(user, "/city Київ")
        message = await world.wait_for("Subscribed: Київ", chat_id=user.id)
        assert message.entities == [{"type": "bold", "offset": 12, "length": 4}]
        callback_id = world.press(user, user.id, message.id, text="Checklist")
        assert (await world.wait_answer(callback_id))["text"] == "Opened"
        await world.wait_for("Water", chat_id=user.id)
        assert [body["text"] for body in world.history(user.id, message.id)] == [
            "Subscribed: Київ",
            "Water, food, medication",
        ]
        world.share_location(user, 50.45, 30.52)
        await world.wait_for("At 50.45", chat_id=user.id)
        # A stopping poll would wait for its time to pass; one last word ends it at once.
        sandbox.updates.release()
        await application.updater.stop()
        await application.stop()
