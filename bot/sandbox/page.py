"""The page of the sandbox: its own few files, nothing from elsewhere."""

from collections.abc import Awaitable, Callable
from importlib import resources

from aiohttp import web

_FILES = {
    "/": ("index.html", "text/html"),
    "/sandbox.css": ("sandbox.css", "text/css"),
    "/sandbox.js": ("sandbox.js", "text/javascript"),
    "/messages.js": ("messages.js", "text/javascript"),
}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}


def add_page(app: web.Application) -> None:
    """Add the page's routes; the files are read once."""
    folder = resources.files("bot.sandbox") / "assets"
    for path, (name, content_type) in _FILES.items():
        content = (folder / name).read_bytes()
        app.router.add_get(path, _static(content, content_type))


def _static(
    content: bytes, content_type: str
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(
            body=content, content_type=content_type, charset="utf-8", headers=_HEADERS
        )

    return handler
