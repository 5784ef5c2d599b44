"""What operators say to the bot: writing, deciding, people and accounts."""
