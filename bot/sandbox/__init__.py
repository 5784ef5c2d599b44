"""The local Telegram: a strict Bot API server with people, chats, limits and faults of its own."""
