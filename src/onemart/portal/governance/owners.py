"""Who answers for what, and who may read it."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onemart.feeds.contract import Contract
from onemart.project import Project

__all__ = ["Group", "PersonalColumn", "access_by_layer", "groups", "personal_columns", "rights"]

_LAYERS = ("staging", "intermediate", "science", "python_models", "marts", "reference")
# Widest first.
_CLASSES = ("pii", "confidential")


@dataclass(frozen=True)
class Group:
    """A team of the project.

    Attributes
    ----------
    name, owner, email : str
        The group in dbt, what the team is called, and where it is reached.
    description : str
        What it answers for.
    models, metrics : int
        How many of each.
    """

    name: str
    owner: str
    email: str
    description: str
    models: int
    metrics: int


@dataclass(frozen=True)
class PersonalColumn:
    """A column that only some may read.

    Attributes
    ----------
    feed, column, classification : str
        Where it is delivered, and how the contract classes it.
    is_hashed : bool
        Whether a keyed hash of it goes on, by which rows are joined.
    """

    feed: str
    column: str
    classification: str
    is_hashed: bool


def groups(manifest: Mapping[str, Any]) -> list[Group]:
    """Return the groups with what they answer for."""
    models = Counter(
        node["group"] for node in manifest["nodes"].values() if node["resource_type"] == "model"
    )
    metrics = Counter(one["config"]["meta"].get("owner") for one in manifest["metrics"].values())
    return sorted(
        (
            Group(
                name=group["name"],
                owner=group["owner"]["name"],
                email=group["owner"]["email"],
                description=group.get("description") or group["config"].get("description") or "",
                models=models[group["name"]],
                metrics=metrics[group["name"]],
            )
            for group in manifest["groups"].values()
        ),
        key=lambda group: group.owner,
    )


def access_by_layer(manifest: Mapping[str, Any]) -> list[tuple[str, int, int, int]]:
    """Return per schema how many models are private, protected and public."""
    counted: Counter[tuple[str, str]] = Counter(
        (node["schema"], node["access"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    )
    schemas = sorted(
        {schema for schema, _ in counted},
        key=lambda one: (_LAYERS.index(one) if one in _LAYERS else len(_LAYERS), one),
    )
    return [
        (
            schema,
            counted[schema, "private"],
            counted[schema, "protected"],
            counted[schema, "public"],
        )
        for schema in schemas
    ]


def personal_columns(contracts: Sequence[Contract]) -> list[PersonalColumn]:
    """Return the columns that contracts class as personal or confidential."""
    found = [
        PersonalColumn(contract.id, column.name, column.classification, column.hashed)
        for contract in contracts
        for column in contract.columns
        if column.classification in _CLASSES
    ]
    return sorted(found, key=lambda one: (_CLASSES.index(one.classification), one.feed, one.column))


def rights(project: Project) -> list[dict[str, str]]:
    """Return what seeds/access_groups.csv grants and takes back."""
    path = project.root / "seeds" / "access_groups.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
