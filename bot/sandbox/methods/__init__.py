"""The Bot API's methods, a file per kind of thing they do."""
