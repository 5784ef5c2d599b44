"""How updates reach the bot and how it answers a pressed button."""

import re
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.api import Api
from bot.sandbox.errors import bad_request, conflict
from bot.sandbox.links import check_url
from bot.sandbox.params import Params
from bot.sandbox.people import CALLBACK_LIFETIME_S

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_PORTS = {443, 80, 88, 8443}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


async def get_updates(api: Api, params: Params) -> list[dict[str, Any]]:
    """Give what waits, or wait for it; see `Updates.poll`."""
    if api.webhook.url:
        raise conflict(
            "can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
    if params.has("allowed_updates"):
        _allow(api, params)
    limit = params.integer("limit", 100)
    if not 1 <= limit <= 100:
        limit = 100
    timeout_s = max(0, params.integer("timeout"))
    return await api.updates.poll(params.integer("offset"), limit, timeout_s)


def _allow(api: Api, params: Params) -> None:
    kinds = params.array("allowed_updates")
    if kinds is not None and not all(isinstance(kind, str) for kind in kinds):
        raise bad_request("can't parse allowed updates: expected an Array of String")
    api.updates.allow(kinds)


def set_webhook(api: Api, params: Params) -> bool:
    """Push updates to an address from now on."""
    url = params.text("url")
    if not url:
        return delete_webhook(api, params)
    _check_webhook_url(url)
    secret = params.text("secret_token")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = params.integer("max_connections", 40)
    if not 1 <= connections <= 100:
        raise bad_request("max_connections is out of range")
    if params.has("allowed_updates"):
        _allow(api, params)
    if params.boolean("drop_pending_updates"):
        api.updates.drop()
    api.updates.end_poll("terminated by setWebhook request")
    api.webhook.set(url, secret, connections)
    return True


def _check_webhook_url(url: str) -> None:
    """Check an address as Telegram does; loopback may be plain HTTP on any port, as with
    a Bot API server of one's own.
    """
    _, reason = check_url(url)
    parts = urlsplit(url)
    if reason:
        raise bad_request("bad webhook: invalid webhook URL specified")
    if parts.hostname in _LOOPBACK:
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in _PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def delete_webhook(api: Api, params: Params) -> bool:
    """Push no longer."""
    if params.boolean("drop_pending_updates"):
        api.updates.drop()
    api.webhook.remove()
    return True


def get_webhook_info(api: Api, params: Params) -> dict[str, Any]:
    """Tell how pushing goes."""
    return api.webhook.info()


def answer_callback_query(api: Api, params: Params) -> bool:
    """Answer a pressed button, once and in time."""
    text = params.text("text")
    if len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    callback = api.world.callbacks.get(params.text("callback_query_id"))
    now = api.clock.now()
    if callback is None or callback.answer is not None or now - callback.at > CALLBACK_LIFETIME_S:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    callback.answer = {
        "text": text,
        "show_alert": params.boolean("show_alert"),
        "url": params.text("url"),
        "cache_time": params.integer("cache_time"),
    }
    api.world.tell("answer", callback)
    return True
