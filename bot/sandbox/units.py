"""Telegram counts text in UTF-16 code units and reports mistakes in bytes of UTF-8."""


def utf16_length(text: str) -> int:
    """Count UTF-16 code units; characters beyond the first plane count twice."""
    if text.isascii():
        return len(text)
    return len(text) + sum(1 for char in text if char > "\uffff")


def byte_offset(text: str, position: int) -> int:
    """Turn a position in a string into a byte offset in its UTF-8 form."""
    return len(text[:position].encode(errors="surrogatepass"))
