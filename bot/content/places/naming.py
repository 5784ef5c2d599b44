"""What a place is called besides its official name, for search."""

from collections.abc import Iterable, Sequence

from bot.domain.place import name_key


def distinct_aliases(official: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Return the other names once each, by how they compare, without what is no name.

    GeoNames lists airport codes in capitals and machine romanisations without capitals.
    """
    seen = {name_key(name) for name in official}
    kept = []
    for name in sorted(set(others)):
        text = " ".join(name.replace("|", " ").replace("\u0301", "").split())
        key = name_key(text)
        latin = text[:1].isascii()
        junk = latin and (text[:1].islower() or (text.isupper() and len(text) <= 4))
        if key and key not in seen and not junk and (not latin or len(key) > 2):
            seen.add(key)
            kept.append(text)
    return tuple(kept)


def seat_of(adjective: str, towns: Sequence[str]) -> str | None:
    """Return the town an adjective such as "Бучанський" is made from, or None if unsure.

    Towns are tried in their order; the two must agree but for the town's last three letters.
    """
    stem = name_key(adjective)
    for town in towns:
        key = name_key(town)
        common = next(
            (i for i, (a, b) in enumerate(zip(key, stem, strict=False)) if a != b),
            min(len(key), len(stem)),
        )
        if common >= max(3, len(key) - 3):
            return town
    return None
