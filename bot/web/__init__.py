"""The HTTP side: alive, ready, metrics, and Telegram's webhook."""
