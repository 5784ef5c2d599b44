"""From values to text and buttons in a language: escaped, within Telegram's limits, no clock."""
