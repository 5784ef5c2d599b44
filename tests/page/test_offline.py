"""The page for a blackout in a real browser, opened as a file, as a phone without network does."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser

from tests.unit.rendering.samples import TEXTS
from tests.unit.rendering.test_offline import page

pytestmark = pytest.mark.asyncio(loop_scope="package")

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
COLOURS = (
    "() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
)


@pytest.mark.parametrize("language", TEXTS.languages)
async def test_page_opens_without_a_network_and_fits_a_small_phone(
    chrome: Browser, tmp_path: Path, language: str
) -> None:
    file = tmp_path / "forewarn.html"
    file.write_text(page(language, shelter="אזעקה " * 40 + "x" * 400), "utf-8")
    context = await chrome.new_context(viewport={"width": 320, "height": 640}, offline=True)
    window = await context.new_page()
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.on("pageerror", lambda error: asked.append(str(error)))
    await window.goto(file.as_uri())
    assert asked == [file.as_uri()]
    assert await window.evaluate(OVERFLOW) <= 0
    call = window.get_by_role("link", name="101")
    assert await call.get_attribute("href") == "tel:101"
    await window.get_by_role("navigation").get_by_role("link").last.click()
    assert "#" in window.url
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_page_follows_light_and_dark_and_prints_black_on_white(
    chrome: Browser, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    file = tmp_path / "forewarn.html"
    file.write_text(page(), "utf-8")
    context = await chrome.new_context(color_scheme=scheme)
    window = await context.new_page()
    await window.goto(file.as_uri())
    ink, paper = await window.evaluate(COLOURS)
    light = ["rgb(20, 24, 29)", "rgb(255, 255, 255)"]
    assert ([ink, paper] == light) is (scheme == "light")
    await window.emulate_media(media="print")
    assert await window.evaluate(COLOURS) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert not await window.get_by_role("navigation").is_visible()
    assert len(await window.pdf(format="A4")) > 10_000
    await context.close()
