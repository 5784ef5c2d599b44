"""The catalogues, a folder for each language; `python -m bot.content.locales` refreshes them."""
