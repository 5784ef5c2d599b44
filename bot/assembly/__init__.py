"""Every room, built once and put together; nothing here decides or runs anything."""
