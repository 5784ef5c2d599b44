"""The whole product on one machine: local Telegram, embedded Redis, the real bot, and a story."""
