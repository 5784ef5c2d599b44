"""The buttons under a warning: per person in a private chat, links only where many read."""

from __future__ import annotations

import re
from urllib.parse import quote

from bot.domain.message import Button, Keyboard, Layout
from bot.rendering.notice import Purpose
from bot.rendering.text import host_of, safe_url
from bot.rendering.words import Words

MAX_HOST = 40
"""Characters of a host on a button; a longer one keeps its end, which says whose it is."""


def keyboard(words: Words, layout: Layout, bot_username: str, *, has_more: bool) -> Keyboard:
    """The rows of buttons. A channel gets no callbacks: one reader's tap would be everybody's."""
    advisory_id = words.notice.advisory.id
    if layout is Layout.LOW:
        more = Button(words.say("button.more"), data=f"more:{advisory_id}")
        return ((more,),) if has_more else ()
    rows: list[list[Button]] = [[], [], []]
    deep_link = bot_link(words, bot_username)
    if layout is Layout.PRIVATE and has_more:
        rows[0].append(Button(words.say("button.more"), data=f"more:{advisory_id}"))
    if layout is not Layout.PRIVATE and deep_link:
        rows[0].append(Button(words.say("button.private"), url=deep_link))
    if layout is not Layout.CHANNEL:
        rows[0].append(Button(words.say("button.verify"), data=f"verify:{advisory_id}"))
    if words.notice.purpose is not Purpose.CANCEL and layout is not Layout.CHANNEL:
        rows[2].append(Button(words.say("button.checklist"), data="list:open"))
        if layout is Layout.PRIVATE:
            rows[2].append(Button(words.say("button.shelter"), data="shelter:open"))
    web = safe_url(words.info.web) if words.info else None
    if web:
        rows[1].append(Button(words.say("button.source", host=_shown(host_of(web))), url=web))
    may_share = words.is_real and words.notice.purpose is not Purpose.CANCEL
    if layout is Layout.PRIVATE and deep_link and may_share:
        rows[1].append(Button(words.say("button.share"), url=share_url(words, deep_link)))
    return tuple(tuple(row) for row in rows if row)


def bot_link(words: Words, bot_username: str) -> str | None:
    """A link that opens the bot, following the first place that was named."""
    if not re.fullmatch(r"[A-Za-z0-9_]{4,32}", bot_username):
        return None
    place = next((place.id for place in words.notice.places), "")
    known = re.fullmatch(r"[A-Za-z0-9_-]{1,32}", place)
    return f"https://t.me/{bot_username}" + (f"?start=c_{place}" if known else "")


def share_url(words: Words, deep_link: str) -> str:
    """A link by which the headline and the bot can be passed on, with code and issue time."""
    said = (words.headline, words.issued, words.say("code", code=words.notice.code))
    text = quote("\n".join(said), safe="")
    return f"https://t.me/share/url?url={quote(deep_link, safe='')}&text={text}"


def _shown(host: str) -> str:
    return host if len(host) <= MAX_HOST else f"…{host[1 - MAX_HOST :]}"
