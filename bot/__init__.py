"""Forewarn: advance warning, guidance and checklists on Telegram, before anything falls."""
