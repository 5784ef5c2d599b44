"""The delivery benchmark: the real pipeline against a stub as fast as we could make it."""
