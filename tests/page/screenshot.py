"""`python -m tests.page.screenshot`: plays the Kyiv story and takes the README's pictures."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser

from tests.page import browser

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "images"
STORY_S = 60.0
WARNING = "Prepare: possible air attack, Kyiv"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the window's size, and which end of the warning is in it."""

    name: str
    width: int
    height: int
    block: Literal["start", "end"]


PICTURES = (
    Picture("page.png", 1200, 800, "start"),
    Picture("phone.png", 390, 800, "end"),
)


@asynccontextmanager
async def told() -> AsyncIterator[str]:
    """The page's address once the warning stands there; the demonstration ends afterwards.

    What the story prints is not read any more then, so that it does not go on to the warning's end.
    """
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--script", "kyiv", "--port", "0"),
        cwd=ROOT,
        stdout=PIPE,
    )
    try:
        async with asyncio.timeout(STORY_S):
            yield await _address(demo)
    finally:
        if demo.returncode is None:
            demo.send_signal(signal.SIGINT)
        await demo.wait()


async def _address(demo: Process) -> str:
    assert demo.stdout is not None
    address = ""
    async for raw in demo.stdout:
        line = raw.decode()
        if found := re.search(r"Telegram of this machine: (\S+)", line):
            address = found[1]
        if WARNING in line:
            return address
    raise RuntimeError("the story ended without the warning")


async def take(chrome: Browser, address: str, picture: Picture) -> Path:
    """James's chat with the warning of the air attack; the file's path."""
    context = await chrome.new_context(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Kyiv",
    )
    page = await context.new_page()
    await page.goto(address)
    await page.get_by_role("button", name="James").click()
    warning = page.locator("li.message", has_text=WARNING).last
    await warning.evaluate(SCROLL, picture.block)
    path = FOLDER / picture.name
    await page.screenshot(path=path)
    await context.close()
    return path


SCROLL = """(item, block) => {
  document.activeElement.blur();
  item.scrollIntoView({ block });
  item.parentElement.scrollTop += block === "start" ? -8 : 8;
}"""


async def main() -> int:
    """Take the pictures; 1 where there is no browser."""
    chromium = browser.find()
    if chromium is None:
        print(browser.MISSING, file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with told() as address, browser.launch(chromium) as chrome:
        for picture in PICTURES:
            path = await take(chrome, address, picture)
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KiB")
    return 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
