"""The page of the local Telegram in a real browser, with the real bot behind it."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.async_api import Browser, Locator

from tests.page.conftest import Stage
from tests.page.window import DESKTOP, PHONE, Window, opened

pytestmark = pytest.mark.asyncio(loop_scope="package")

SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
DIALOGS = ("Add a person", "Add a group", "Add a channel")


async def warn(window: Window, stage: Stage, city: str) -> Locator:
    """Somebody follows a city that no other test uses, and a warning for it comes."""
    await window.add_person("Олена")
    await window.follow(city)
    await stage.publish(city)
    warning = window.message(f"Готуйтеся: можлива повітряна атака, {city}")
    await warning.wait_for()
    return warning


async def test_page_shows_a_warning_to_somebody_who_follows_the_city(
    chrome: Browser, stage: Stage
) -> None:
    async with opened(chrome, stage.sandbox.page_url) as window:
        warning = await warn(window, stage, "Київ")
        assert "Що робити зараз" in await warning.inner_text()
        below = warning.get_by_role("group", name="Buttons of this message")
        buttons = await below.get_by_role("button").all_inner_texts()
        links = await below.get_by_role("link").all_inner_texts()
        assert buttons == ["Докладніше", "Чи це справжнє?", "Список запасів", "Моє укриття"]
        assert links == ["Джерело: embassy.example", "Поділитися"]


async def test_page_shows_what_the_bot_answers_to_a_pressed_button(
    chrome: Browser, stage: Stage
) -> None:
    async with opened(chrome, stage.sandbox.page_url) as window:
        warning = await warn(window, stage, "Львів")
        await warning.get_by_role("button", name="Чи це справжнє?").click()
        dialog = window.page.get_by_role("dialog")
        await dialog.wait_for()
        assert (await dialog.inner_text()).startswith("Так, LVI-")
        await dialog.get_by_role("button", name="OK").click()
        await dialog.wait_for(state="hidden")


async def test_page_sends_what_is_typed_when_enter_is_pressed(
    chrome: Browser, stage: Stage
) -> None:
    async with opened(chrome, stage.sandbox.page_url) as window:
        await window.add_person("Ганна")
        await window.button("Start").click()
        await window.page.get_by_label("Message", exact=True).fill("Київ")
        await window.page.keyboard.press("Enter")
        await window.message("Готово: Київ").wait_for()


async def test_page_is_named_and_readable_and_fits_by_day_and_night(
    chrome: Browser, stage: Stage
) -> None:
    async with opened(chrome, stage.sandbox.page_url) as window:
        await warn(window, stage, "Харків")
        for size in (DESKTOP, PHONE):
            await window.page.set_viewport_size({"width": size[0], "height": size[1]})
            await check(window, "the chat")
        await window.button("Back to chats").click()
        await check(window, "the list on a phone")
        for name in DIALOGS:
            await window.button(name).click()
            await check(window, name)
            await window.button("Cancel").click()


async def check(window: Window, where: str) -> None:
    """Every control has a name, nothing is wider than the window, every text stands out."""
    assert await window.nameless() == [], where
    assert await window.wider() == [], where
    for scheme in SCHEMES:
        await window.page.emulate_media(color_scheme=scheme)
        assert (await window.ground() < 64) is (scheme == "dark"), where
        assert await window.faint() == [], (where, scheme)


async def test_page_leads_back_to_the_chats_on_a_phone(chrome: Browser, stage: Stage) -> None:
    async with opened(chrome, stage.sandbox.page_url, PHONE) as window:
        await window.add_person("Петро")
        chats = window.page.get_by_role("navigation", name="Chats")
        assert not await chats.is_visible()
        await window.button("Back to chats").click()
        assert await chats.is_visible()
        assert await chats.get_by_role("button", name="Петро").is_visible()
