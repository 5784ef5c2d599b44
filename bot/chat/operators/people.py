"""`/operators`: people and roles, one-time invitations, and taking a role away."""

from __future__ import annotations

from dataclasses import replace

from telegram import Update

from bot.chat.context import Context
from bot.chat.operators.access import acting, language_of, note, office, say
from bot.chat.operators.view import ask, put
from bot.chat.reply import answer, send, show
from bot.chat.visit import Visit
from bot.domain.audit import Doing
from bot.domain.draft import Focus
from bot.domain.message import Message
from bot.domain.operators import Act, Invitation, Operator, Role, may
from bot.rendering.text import escape

PLACES = "own_places"


async def operators(update: Update, context: Context) -> None:
    """`/operators`: everybody, with buttons for an owner."""
    operator = await acting(update, context, Act.VIEW)
    if operator is None:
        return
    await _show_people(update, context, operator)
    await answer(update)


async def see(update: Update, context: Context) -> None:
    """One person, to change or to remove."""
    operator = await acting(update, context, Act.MANAGE)
    if operator is None:
        return
    one = await office(context).roster.get(int(_group(context, 1)))
    await _show_person(update, context, operator, one)
    await answer(update)


async def set_role(update: Update, context: Context) -> None:
    """Give another role, if it is still the one that the button was written for."""
    operator = await acting(update, context, Act.MANAGE)
    if operator is None:
        return
    user_id, was, wish = int(_group(context, 1)), Role(_group(context, 2)), Role(_group(context, 3))
    before = await office(context).operators.get(user_id)
    after = None if before is None else replace(before, role=wish)
    await _change(update, context, operator, user_id, was, before, after, "role_changed")


async def remove(update: Update, context: Context) -> None:
    """Take a role away, at once; what they were writing stays for the others."""
    operator = await acting(update, context, Act.MANAGE)
    if operator is None:
        return
    user_id, was = int(_group(context, 1)), Role(_group(context, 2))
    before = await office(context).operators.get(user_id)
    await _change(update, context, operator, user_id, was, before, None, "removed")


async def ask_role(update: Update, context: Context) -> None:
    """Which role an invitation is to give."""
    if await acting(update, context, Act.MANAGE) is None:
        return
    language = await language_of(update, context)
    await show(update, context, office(context).pages.invite(language))
    await answer(update)


async def invite(update: Update, context: Context) -> None:
    """Make a one-time link."""
    operator = await acting(update, context, Act.MANAGE)
    if operator is None:
        return
    role, lasts = Role(_group(context, 1)), office(context).terms.invitation_lasts
    token = await office(context).operators.invite(Invitation(role, operator.id), lasts)
    await note(context, operator, update, "invited", after={"role": role.value})
    url = f"https://t.me/{context.bot.username}?start=o_{token}"
    hours = lasts.total_seconds() / 3600
    language = await language_of(update, context)
    await send(update, context, office(context).pages.invitation(language, role, url, hours))
    await answer(update)


async def redeem(update: Update, context: Context, here: Visit, token: str) -> None:
    """`/start o_<token>`: become an operator; of two who follow one link, one does."""
    user = update.effective_user
    if user is None or not here.is_private:
        return
    known = await office(context).roster.get(user.id)
    if known is not None:
        # The link stays good for whom it was meant for.
        await say(update, context, "people.already")
        return
    made = await office(context).operators.redeem(token, user.id, user.full_name)
    if made is None:
        await say(update, context, "people.bad_link")
        return
    after = {"role": made.role.value, "invited_by": made.by}
    doing = Doing("joined", made.id, user.full_name, str(made.id), {}, after)
    await office(context).audit.append(doing)
    await office(context).set_menu(made.id, made.role)
    role = office(context).pages.role(here.language, made.role)
    await say(update, context, "people.welcome", role=role)
    name = user.full_name
    await office(context).desk.tell("joined", name=name, role=made.role.value)


async def ask_places(update: Update, context: Context) -> None:
    """The next text names the places somebody may speak for."""
    operator = await acting(update, context, Act.MANAGE)
    if operator is None:
        return
    language = await language_of(update, context)
    text = office(context).cards.say(language, "people.ask_places")
    await ask(context, operator, Message(escape(text)), about=_group(context, 1), field=PLACES)
    await answer(update)


async def set_places(
    update: Update, context: Context, operator: Operator, focus: Focus, text: str
) -> None:
    """Keep the places that a text names, one a line; `*` stands for everywhere."""
    language = await language_of(update, context)
    drafts, before = office(context).drafts, await office(context).operators.get(int(focus.about))
    if before is None or not may(operator, Act.MANAGE):
        await drafts.set_focus(operator.id, None)
        await say(update, context, "not_allowed" if before else "people.gone")
        return
    places: list[str] = []
    names = [line.strip() for line in text.replace(";", "\n").splitlines() if line.strip()]
    for name in names if names != ["*"] else ():
        found = context.services.gazetteer.by_name(name)
        if len(found) != 1:
            await say(update, context, "people.unclear_place", name=name[:80])
            return
        places.append(found[0].id)
    after = replace(before, places=tuple(dict.fromkeys(places)))
    await drafts.set_focus(operator.id, None)
    if not await office(context).operators.change(before, after):
        await say(update, context, "people.changed")
        return
    was, now = {"places": list(before.places)}, {"places": list(after.places)}
    await note(context, operator, update, "places_changed", focus.about, before=was, after=now)
    page = office(context).pages.person(language, after, is_fixed=False)
    await put(context, operator.id, page)


async def _change(
    update: Update,
    context: Context,
    operator: Operator,
    user_id: int,
    was: Role,
    before: Operator | None,
    after: Operator | None,
    what: str,
) -> None:
    is_same = before is not None and before.role is was
    if office(context).roster.is_fixed(user_id):
        await say(update, context, "people.fixed")
        return
    if not is_same or not await office(context).operators.change(before, after):
        # Another owner was first: what holds now is shown.
        await say(update, context, "people.changed")
        await _show_person(update, context, operator, await office(context).roster.get(user_id))
        return
    facts = {"role": was.value}
    given = {} if after is None else {"role": after.role.value}
    await note(context, operator, update, what, str(user_id), before=facts, after=given)
    if after is None:
        await office(context).drafts.set_focus(user_id, None)
    await office(context).set_menu(user_id, after.role if after else None)
    await answer(update)
    if after is None:
        await _show_people(update, context, operator)
    else:
        await _show_person(update, context, operator, after)


async def _show_people(update: Update, context: Context, operator: Operator) -> None:
    language = await language_of(update, context)
    everybody = await office(context).roster.all()
    can = may(operator, Act.MANAGE)
    await show(update, context, office(context).pages.people(language, everybody, may_manage=can))


async def _show_person(
    update: Update, context: Context, operator: Operator, one: Operator | None
) -> None:
    if one is None:
        await _show_people(update, context, operator)
        return
    language = await language_of(update, context)
    is_fixed = office(context).roster.is_fixed(one.id)
    page = office(context).pages.person(language, one, is_fixed=is_fixed)
    await show(update, context, page)


def _group(context: Context, number: int) -> str:
    matches = context.matches or ()
    return (matches[0].group(number) or "") if matches else ""
