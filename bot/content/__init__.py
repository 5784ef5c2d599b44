"""Data that is written by people, with the loaders that refuse what is wrong in it."""
