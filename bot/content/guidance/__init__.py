"""Guidance as data: threats, steps, checklists and their sources, and the loader that checks."""

from bot.content.guidance.files import GuidanceError
from bot.content.guidance.loader import FOLDER, load_guidance

__all__ = ["FOLDER", "GuidanceError", "load_guidance"]
