"""The rules that the bulletin is written by, which people edit in a seed."""

import csv
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from onemart.errors import UsageError

__all__ = ["PLACES", "RULES_FILE", "Rule", "Rules", "load_rules"]

RULES_FILE = Path("seeds/bulletin_rules.csv")
PLACES = frozenset(
    ["amount", "compared", "count", "of", "rate", "share", "usual", "value", "week", "where"]
)
"""What a sentence can ask for in braces."""


@dataclass(frozen=True)
class Rule:
    """What is said of one thing that happened, and who has to do what.

    Attributes
    ----------
    kind, subject, direction : str
        What it is about: `move`, `total`, `down`.
    threshold : float
        From when on it is told; 0 where the marts decide.
    sentence, action, owner : str
        What is said, what the figures suggest, and the team that owns it.
    """

    kind: str
    subject: str
    direction: str
    threshold: float
    sentence: str
    action: str
    owner: str

    def told(self, words: Mapping[str, str]) -> str:
        """Return the sentence with its figures."""
        return self.sentence.format_map(words)


class Rules:
    """All rules, found by what happened."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = {(rule.kind, rule.subject, rule.direction): rule for rule in rules}

    def find(self, kind: str, subject: str, change: float = 0) -> Rule | None:
        """Return the rule of a subject that went up or down; none where nothing is said of it."""
        direction = "up" if change > 0 else "down"
        exact = self._rules.get((kind, subject, direction))
        return exact or self._rules.get((kind, subject, "any"))


def load_rules(root: Path) -> Rules:
    """Read the seed of a clone.

    Raises
    ------
    UsageError
        If it lacks a column, or a sentence asks for what no figure fills in.
    """
    path = root / RULES_FILE
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return Rules([_rule(row, number) for number, row in enumerate(csv.DictReader(file), 2)])
    except FileNotFoundError as error:
        raise UsageError(f"{RULES_FILE} is missing.", "Restore it from git.") from error


def _rule(row: Mapping[str, str | None], line: int) -> Rule:
    try:
        values = {name: row[name] or "" for name in Rule.__annotations__}
        threshold = float(values.pop("threshold") or 0)
        places = {name for _, name, _, _ in string.Formatter().parse(values["sentence"]) if name}
    except (KeyError, ValueError) as error:
        raise UsageError(
            f"{RULES_FILE}, line {line}: {error}.", "See seeds/bulletin_rules.yml for its columns."
        ) from error
    if unknown := places - PLACES:
        raise UsageError(
            f"{RULES_FILE}, line {line}: nothing fills in {', '.join(sorted(unknown))}.",
            f"Use some of {', '.join(sorted(PLACES))}.",
        )
    return Rule(threshold=threshold, **values)
