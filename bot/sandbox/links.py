"""Which addresses Telegram takes as links, and the form it gives them."""

import re

_USER_LINK = re.compile(r"tg:(?://)?user\?id=(\d+)", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_OWN_SCHEMES = {"tg", "ton", "tonsite"}
_HOST = re.compile(r"(?:[\w\u0080-\uffff-]+\.)+[\w\u0080-\uffff-]{2,}|\d{1,3}(?:\.\d{1,3}){3}")


def linked_user(url: str) -> int | None:
    """Return the user id of a `tg://user?id=` link."""
    match = _USER_LINK.fullmatch(url)
    return int(match[1]) if match else None


def check_url(url: str) -> tuple[str, str]:
    """Return the address as Telegram keeps it and an empty reason, or a reason it is refused."""
    url = url.strip()
    match = _SCHEME.match(url)
    scheme = match[1].lower() if match else "http"
    if scheme in _OWN_SCHEMES:
        return url, ""
    if scheme not in ("http", "https"):
        return "", "Unsupported URL protocol"
    rest = url[match.end() :] if match else url
    if not rest or re.search(r"\s", rest):
        return "", "Wrong HTTP URL"
    authority, slash, path = _split_authority(rest)
    host = authority.rpartition("@")[2].partition(":")[0]
    if host.lower() != "localhost" and not _HOST.fullmatch(host):
        return "", "Wrong HTTP URL"
    return f"{scheme}://{authority.lower()}{slash or '/'}{path}", ""


def _split_authority(rest: str) -> tuple[str, str, str]:
    match = re.search(r"[/?#]", rest)
    if not match:
        return rest, "", ""
    mark = "/" if match[0] == "/" else f"/{match[0]}"
    return rest[: match.start()], mark, rest[match.end() :]
