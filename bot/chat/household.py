"""Whom a person prepares for: five taps, each saved at once, none of them needed."""

from __future__ import annotations

from dataclasses import replace

from telegram import Update

from bot.chat.context import Context
from bot.chat.reply import answer, send, show
from bot.chat.visit import Visit, visit
from bot.domain.household import Question, after, answered, counted
from bot.domain.message import Message
from bot.domain.subscriber import Household


async def household(update: Update, context: Context) -> None:
    """`/household`: the questions, or what is known; with numbers it says who there is."""
    here = await visit(update, context)
    menu = context.services.household_menu
    words = context.args or ()
    if not words:
        await send(update, context, _begin(context, here))
        return
    home = counted(words, here.chat.household or Household())
    if home is None:
        note = menu.text(here.language, "typed_wrong")
        await send(update, context, menu.summary(here.language, here.chat.household, note))
        return
    await _save(context, here, home)
    note = menu.text(here.language, "saved")
    await send(update, context, menu.summary(here.language, home, note))


async def open_menu(update: Update, context: Context) -> None:
    """The button under the checklist, which stays as it is."""
    here = await visit(update, context)
    if here.is_private:
        await send(update, context, _begin(context, here))
    await answer(update)


async def ask(update: Update, context: Context) -> None:
    """Show one question."""
    here = await visit(update, context)
    question = _question(context)
    if question is None or not here.is_private:
        await _old(update, context, here)
        return
    menu = context.services.household_menu
    await show(update, context, menu.ask(here.language, here.chat.household, question))
    await answer(update)


async def answer_question(update: Update, context: Context) -> None:
    """Keep an answer and go on to the next question; the same tap twice changes nothing more."""
    here = await visit(update, context)
    question = _question(context)
    menu = context.services.household_menu
    try:
        if question is None or not here.is_private:
            raise ValueError("a button of another version")
        home = answered(here.chat.household or Household(), question, _pressed(context)[1])
    except ValueError:
        await _old(update, context, here)
        return
    await _save(context, here, home)
    await answer(update, menu.text(here.language, "saved"))
    follows = after(question)
    if follows is None:
        await show(update, context, menu.summary(here.language, home))
    else:
        await show(update, context, menu.ask(here.language, home, follows))


async def finish(update: Update, context: Context) -> None:
    """Enough asked: show what is known."""
    here = await visit(update, context)
    menu = context.services.household_menu
    await show(update, context, menu.summary(here.language, here.chat.household))
    await answer(update)


async def forget(update: Update, context: Context) -> None:
    """Delete what is known of the household."""
    here = await visit(update, context)
    if here.is_private and here.chat.household is not None:
        await context.services.chats.save(replace(here.chat, household=None))
    menu = context.services.household_menu
    note = menu.text(here.language, "forgotten")
    await show(update, context, menu.summary(here.language, None, note))
    await answer(update)


def _begin(context: Context, here: Visit) -> Message:
    menu = context.services.household_menu
    if here.chat.household is None:
        return menu.ask(here.language, None, Question.ADULTS)
    return menu.summary(here.language, here.chat.household)


async def _save(context: Context, here: Visit, home: Household) -> None:
    await context.services.chats.save(replace(here.chat, household=home))


async def _old(update: Update, context: Context, here: Visit) -> None:
    await answer(update, context.services.dialogue.text(here.language, "error.old_button"))


def _question(context: Context) -> Question | None:
    named = _pressed(context)[0]
    return Question(named) if named in set(Question) else None


def _pressed(context: Context) -> tuple[str, ...]:
    matches = context.matches or ()
    return matches[0].groups() if matches else ("", "")
