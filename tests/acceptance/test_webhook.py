"""Updates by the webhook: taken with the right secret, refused without it."""

from __future__ import annotations

import aiohttp

from tests.acceptance.advisories import KYIV
from tests.acceptance.town import Town, until
from tests.bot_process import free_port

HEADER = "X-Telegram-Bot-Api-Secret-Token"


async def test_webhook_takes_updates_from_telegram_and_from_nobody_else(town: Town) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}/telegram"
    settings = {
        "BOT_HTTP__PORT": str(port),
        "BOT_TELEGRAM__MODE": "webhook",
        "BOT_TELEGRAM__WEBHOOK_URL": address,
        "BOT_TELEGRAM__WEBHOOK_SECRET": "a-secret-of-this-test",
    }
    user, stranger = town.world.user("Oksana"), town.world.user("Stranger")
    async with town.bot(**settings) as bot, aiohttp.ClientSession() as session:
        await until(lambda: town.sandbox.webhook.url == address)
        town.world.start(user, f"c_{KYIV}")
        await town.world.wait_for("Київ", chat_id=user.id)
        assert (await town.chat(user.id)).places == (KYIV,)
        assert not town.sandbox.ledger.received["getUpdates"]
        forged = {
            "update_id": 1,
            "message": {
                "message_id": 1,
                "date": 1,
                "chat": {"id": stranger.id, "type": "private"},
                "from": stranger.json(),
                "text": "/start",
            },
        }
        table = [
            ("no secret", {}, forged, 403),
            ("a wrong secret", {HEADER: "a-secret-of-this-tesT"}, forged, 403),
            ("an empty secret", {HEADER: ""}, forged, 403),
            ("the right secret and no update", {HEADER: "a-secret-of-this-test"}, {}, 400),
        ]
        for sentence, headers, body, status in table:
            async with session.post(address, json=body, headers=headers) as answer:
                assert answer.status == status, sentence
        assert not town.world.messages(stranger.id)
        assert not bot.complaints
