"""The words of the field, as docs/glossary.yml tells them."""

from dataclasses import dataclass
from typing import Any

import yaml

from onemart.errors import UsageError
from onemart.project import Project

__all__ = ["Term", "glossary"]

_FILE = "docs/glossary.yml"
_KNOWN = {"term", "stands_for", "means", "here"}


@dataclass(frozen=True)
class Term:
    """A word and what it means.

    Attributes
    ----------
    term : str
        The word.
    stands_for : str
        The long form of an abbreviation, or another name.
    means : str
        What it means.
    here : tuple of str
        The models and metrics where one meets it.
    """

    term: str
    stands_for: str
    means: str
    here: tuple[str, ...]


def glossary(project: Project) -> list[Term]:
    """Return the terms by the alphabet.

    Raises
    ------
    UsageError
        If an entry lacks a word or its meaning, says what nobody asks, or stands there twice.
    """
    told: Any = yaml.safe_load((project.root / _FILE).read_text(encoding="utf-8"))
    terms = [_term(entry) for entry in told["terms"]]
    names = [one.term.casefold() for one in terms]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"{_FILE} explains {', '.join(twice)} twice.", "Keep one of them.")
    return sorted(terms, key=lambda one: one.term.casefold())


def _term(entry: dict[str, Any]) -> Term:
    strange = sorted(entry.keys() - _KNOWN)
    if strange or not entry.get("term") or not entry.get("means"):
        named = entry.get("term") or "an entry without a term"
        raise UsageError(
            f"{_FILE}, {named}: {', '.join(strange) or 'term or means'} is "
            + ("not known." if strange else "missing."),
            "An entry has term and means, and may have stands_for and here.",
        )
    return Term(
        term=str(entry["term"]),
        stands_for=str(entry.get("stands_for", "")),
        means=" ".join(str(entry["means"]).split()),
        here=tuple(entry.get("here", ())),
    )
