"""State in Redis, so that a process may die at any instruction. The only room with redis."""
