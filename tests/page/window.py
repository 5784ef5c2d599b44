"""The page as a person uses it, and what can be measured of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Browser, ConsoleMessage, Locator, Page

PATIENCE_MS = 5_000
DESKTOP, PHONE = (1200, 800), (390, 844)

CONTROLS = {"button", "checkbox", "combobox", "link", "spinbutton", "textbox"}

WIDER = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.width > 1 && (box.right > innerWidth + 0.5 || box.left < -0.5);
}).map((one) => one.outerHTML.slice(0, 120))"""

FAINT = """(least) => {
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (one) => {
    const colour = parts(getComputedStyle(one).backgroundColor);
    return colour.length === 4 && colour[3] === 0 && one.parentElement
      ? ground(one.parentElement) : colour;
  };
  const written = [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility()
    && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  return written.flatMap((one) => {
    const pair = [light(parts(getComputedStyle(one).color)), light(ground(one))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    return ratio < least ? [`${ratio.toFixed(2)} ${one.outerHTML.slice(0, 120)}`] : [];
  });
}"""

GROUND = "() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"


@dataclass  # without slots: playwright keeps a handler's wrapper on its object
class Window:
    """One tab; `faults` are errors of its scripts, its console and its requests."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Begin to note faults."""
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("requestfailed", lambda request: self.faults.append(request.url))
        self.page.on("console", self._hear)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.faults.append(said.text)

    def button(self, name: str) -> Locator:
        """The control of exactly this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def message(self, text: str) -> Locator:
        """The newest message with this text."""
        return self.page.locator("li.message", has_text=text).last

    async def add_person(self, name: str) -> None:
        """Fill the dialog, as somebody who tries the bot for the first time does."""
        await self.button("Add a person").click()
        dialog = self.page.get_by_role("dialog", name="Add a person")
        await dialog.get_by_label("First name").fill(name)
        await dialog.get_by_label("Language of their Telegram").select_option("uk")
        await dialog.get_by_role("button", name="Add", exact=True).click()
        await self.page.get_by_role("heading", name=name, exact=True).wait_for()

    async def follow(self, city: str) -> None:
        """Two taps: Start, and the button of the city."""
        await self.button("Start").click()
        await self.button(city).click()
        await self.message(f"Готово: {city}").wait_for()

    async def nameless(self) -> list[str]:
        """Controls to which the browser's accessibility tree gives no name."""
        session = await self.page.context.new_cdp_session(self.page)
        tree = await session.send("Accessibility.getFullAXTree")
        await session.detach()
        return [
            node["role"]["value"]
            for node in tree["nodes"]
            if not node["ignored"]
            and node["role"]["value"] in CONTROLS
            and not node.get("name", {}).get("value", "").strip()
        ]

    async def wider(self) -> list[str]:
        """What reaches beyond the window's edges."""
        found: list[str] = await self.page.evaluate(WIDER)
        return found

    async def faint(self, least: float = 4.5) -> list[str]:
        """Texts whose contrast is below WCAG 2.2's 1.4.3 for normal text."""
        found: list[str] = await self.page.evaluate(FAINT, least)
        return found

    async def ground(self) -> int:
        """The page's background: 0 is black, 255 is white."""
        colour: list[int] = await self.page.evaluate(GROUND)
        return max(colour[:3])


@asynccontextmanager
async def opened(
    chrome: Browser, address: str, size: tuple[int, int] = DESKTOP
) -> AsyncIterator[Window]:
    """A tab of its own; leaving it without a failure asserts that nothing went wrong in it."""
    context = await chrome.new_context(
        viewport={"width": size[0], "height": size[1]},
        reduced_motion="reduce",
        locale="en-GB",
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        window = Window(await context.new_page())
        window.listen()
        await window.page.goto(address)
        await window.page.locator("#bot-name", has_text="@").wait_for()
        yield window
        assert window.faults == []
    finally:
        await context.close()
