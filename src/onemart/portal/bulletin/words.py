"""How figures are said."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["listed", "money", "percent", "rate", "words"]

_MOST_LISTED = 3
_NOTHING = "\N{EN DASH}"


def words(**said: Any) -> Mapping[str, str]:
    """Return what fills in a sentence; a dash for what this one has no figure of."""
    return defaultdict(lambda: _NOTHING, {name: str(value) for name, value in said.items()})


def money(amount: Any, currency: str) -> str:
    """Return the size of an amount, whole: the sentence says which way it went."""
    return f"{abs(float(amount)):,.0f} {currency}"


def percent(share: Any) -> str:
    """Return a share."""
    return f"{float(share) * 100:.1f} %"


def rate(change: Any, base: Any) -> str:
    """Return a change as a share of what was there, with its sign."""
    if not base or float(base) <= 0:
        return "from nothing"
    return f"{float(change) / float(base) * 100:+.1f} %".replace("-", "\N{MINUS SIGN}")


def listed(names: Iterable[str]) -> str:
    """Return the first of the names, each once, and how many more there are."""
    once = list(dict.fromkeys(names))
    rest = len(once) - _MOST_LISTED
    told = ", ".join(once[:_MOST_LISTED])
    return f"{told} and {rest} more" if rest > 0 else told
