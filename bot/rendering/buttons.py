"""The buttons under a warning: per person in a private chat, links only where many read."""

from __future__ import annotations

import re
from urllib.parse import quote

from bot.domain.message import Button, Keyboard, Layout
from bot.rendering.notice import LIVE, Purpose
from bot.rendering.text import host_of, safe_url
from bot.rendering.words import Words

OWN_LIST = "k"
"""The deep link's payload that opens a person's own list of supplies."""

ADVISORY = "a_"
"""How the payload begins that shows an advisory as it stands; its id follows."""

_USERNAME = re.compile(r"[A-Za-z0-9_]{4,32}")

MAX_HOST = 40
"""Characters of a host on a button; a longer one keeps its end, which says whose it is."""


def keyboard(words: Words, layout: Layout, bot_username: str, *, has_more: bool) -> Keyboard:
    """The rows of buttons. A channel gets no callbacks: one reader's tap would be everybody's."""
    advisory_id = words.notice.advisory.id
    if layout is Layout.LOW:
        low = [Button(words.say("button.more"), data=f"more:{advisory_id}")] if has_more else []
        low += _share(words, bot_username)
        return (tuple(low),) if low else ()
    rows: list[list[Button]] = [[], [], []]
    deep_link = bot_link(words, bot_username)
    if layout is Layout.PRIVATE and has_more:
        rows[0].append(Button(words.say("button.more"), data=f"more:{advisory_id}"))
    if layout is not Layout.PRIVATE and deep_link:
        rows[0].append(Button(words.say("button.private"), url=deep_link))
    if layout is not Layout.CHANNEL:
        rows[0].append(Button(words.say("button.verify"), data=f"verify:{advisory_id}"))
    helps = words.notice.purpose in LIVE or words.notice.purpose is Purpose.REMINDER
    if helps and layout is not Layout.CHANNEL:
        rows[2].append(Button(words.say("button.checklist"), data="list:open"))
        if layout is Layout.PRIVATE:
            rows[2].append(Button(words.say("button.shelter"), data="shelter:open"))
    web = safe_url(words.info.web) if words.info else None
    if web:
        rows[1].append(Button(words.say("button.source", host=_shown(host_of(web))), url=web))
    if layout is Layout.CHANNEL and deep_link and helps:
        own = f"https://t.me/{bot_username}?start={OWN_LIST}"
        rows[0].append(Button(words.say("button.own_list"), url=own))
    rows[1] += _share(words, bot_username)
    return tuple(tuple(row) for row in rows if row)


def bot_link(words: Words, bot_username: str) -> str | None:
    """A link that opens the bot, following the first place that was named."""
    if not _USERNAME.fullmatch(bot_username):
        return None
    place = next((place.id for place in words.notice.places), "")
    known = re.fullmatch(r"[A-Za-z0-9_-]{1,32}", place)
    return f"https://t.me/{bot_username}" + (f"?start=c_{place}" if known else "")


def share_url(words: Words, bot_username: str) -> str:
    """A link that passes the advisory on as a link: it shows how things stand when it is opened.

    Its words hold whatever has become of the advisory since.
    """
    live = f"https://t.me/{bot_username}?start={ADVISORY}{words.notice.advisory.id}"
    text = quote(words.say("share.text", code=words.notice.code), safe="")
    return f"https://t.me/share/url?url={quote(live, safe='')}&text={text}"


def _share(words: Words, bot_username: str) -> list[Button]:
    """A drill is not passed on: out of its place it would be taken for the real thing."""
    if not (words.is_real and _USERNAME.fullmatch(bot_username)):
        return []
    return [Button(words.say("button.share"), url=share_url(words, bot_username))]


def _shown(host: str) -> str:
    return host if len(host) <= MAX_HOST else f"…{host[1 - MAX_HOST :]}"
