"""Places as data, with the loader that reads them and the search that forgives a slip."""

from bot.content.places.loader import load
from bot.content.places.search import suggest

__all__ = ["load", "suggest"]
