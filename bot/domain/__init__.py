"""The rules of Forewarn: pure values and decisions, no I/O, no clock."""
