"""Debian's Chromium, driven for the page's tests and its picture."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
MISSING = f"there is no browser ({', '.join(NAMES)}); on Debian: apt install chromium"


def find() -> Path | None:
    """The system's browser; playwright's own is never downloaded."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def is_required() -> bool:
    """Whether a missing browser is a fault: in CI nothing is skipped."""
    return bool(os.environ.get("CI"))


@asynccontextmanager
async def launch(path: Path) -> AsyncIterator[Browser]:
    """A browser without a window, closed with all its pages at the end."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()
