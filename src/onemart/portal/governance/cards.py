"""What models of customers say of themselves, and how near they come to a known truth."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from onemart.portal.reading import Reading

__all__ = ["Card", "Recovered", "cards", "recovery"]


@dataclass(frozen=True)
class Card:
    """A model card.

    Attributes
    ----------
    told : Mapping
        The row of fct_model_cards.
    parameters, quality : tuple of (str, object)
        What the fit returned and how well it fits, each with its path of names.
    """

    told: Mapping[str, Any]
    parameters: tuple[tuple[str, Any], ...]
    quality: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Recovered:
    """What of a topic's planted truths a model found.

    Attributes
    ----------
    topic, model : str
        What was estimated, and by which model or method.
    subjects : int
        How many figures were planted.
    largest_error : Decimal
        The error of the one that was missed by most, without sign.
    with_range, covered : int
        For how many the model gives a range, and in how many of these the truth lies.
    rows : tuple of Mapping
        The rows of rpt_recovery.
    """

    topic: str
    model: str
    subjects: int
    largest_error: Decimal
    with_range: int
    covered: int
    rows: tuple[Mapping[str, Any], ...]


def cards(reading: Reading) -> list[Card]:
    """Return the cards of the shop's models."""
    rows = reading.dicts(
        f"select * from {reading.mart('fct_model_cards')} order by topic_name, model_name"
    )
    return [
        Card(row, tuple(_flat(row["parameters"])), tuple(_flat(row["quality"]))) for row in rows
    ]


def recovery(reading: Reading) -> list[Recovered]:
    """Return how near each model comes to what was planted; nothing in a shop of unknown truth."""
    rows = reading.dicts(
        f"select * from {reading.mart('rpt_recovery')}"
        " order by topic_name, model_name, subject_name"
    )
    told = []
    for (topic, model), found in groupby(
        rows, key=lambda row: (row["topic_name"], row["model_name"])
    ):
        of_model = tuple(found)
        ranged = [row for row in of_model if row["is_covered"] is not None]
        told.append(
            Recovered(
                topic=topic,
                model=model,
                subjects=len(of_model),
                largest_error=max(abs(row["error_value"]) for row in of_model),
                with_range=len(ranged),
                covered=sum(row["is_covered"] for row in ranged),
                rows=of_model,
            )
        )
    return told


def _flat(text: str) -> Iterator[tuple[str, Any]]:
    """Yield the leaves of a JSON object by their path."""
    yield from _leaves("", json.loads(text))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{path}, {name}" if path else name, inner)
    else:
        yield path, value
