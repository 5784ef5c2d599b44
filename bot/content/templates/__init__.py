"""Prepared advisories: one file each, with its texts in every language of the operators."""

from bot.content.templates.loader import TemplatesError, load_templates

__all__ = ["TemplatesError", "load_templates"]
