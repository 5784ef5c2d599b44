"""Sections of the configuration that are more than a few fields; `bot.config` reads them."""
