"""What dbt's two manifests say of marts, semantic models and metrics, as LookML needs it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from onemart.errors import OnemartError

__all__ = ["Column", "Definitions", "Measure", "Semantic", "Table", "read_definitions"]

_REF = re.compile(r"ref\('(\w+)'\)")


@dataclass(frozen=True)
class Column:
    """A column of a mart's contract.

    Attributes
    ----------
    is_personal : bool
        Whether its meta classes it as PII.
    """

    name: str
    kind: str
    description: str
    is_personal: bool


@dataclass(frozen=True)
class Table:
    """A mart.

    Attributes
    ----------
    relation : str
        Full, quoted name in the warehouse.
    team : str
        Name of the team that owns it.
    key : tuple of str
        Columns that a test promises to be unique together.
    related : mapping of str to (str, str)
        Columns that a test promises to be found in a column of another model.
    """

    name: str
    relation: str
    description: str
    team: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    related: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Measure:
    """What a semantic model adds up.

    Attributes
    ----------
    problem : str
        Why LookML cannot have it as it is; empty where it can.
    """

    name: str
    aggregation: str
    expression: str
    percentile: float | None
    problem: str


@dataclass(frozen=True)
class Semantic:
    """A semantic model over a mart.

    Attributes
    ----------
    time, grain : str
        The column that figures are counted by, and its grain; empty for a model without figures.
    keys : mapping of str to str
        Foreign entities, each with its column.
    primary : str
        The primary entity.
    natural : mapping of str to str
        Entities that it describes for spans of time, each with its column.
    dimensions : mapping of str to (str, str)
        Categorical dimensions with their SQL and description.
    span : tuple of str
        Columns with the first day of such a span and the day after it.
    """

    name: str
    description: str
    table: Table
    time: str
    grain: str
    keys: Mapping[str, str]
    primary: str
    natural: Mapping[str, str]
    dimensions: Mapping[str, tuple[str, str]]
    measures: Mapping[str, Measure]
    span: tuple[str, ...]


@dataclass(frozen=True)
class Definitions:
    """All that a LookML project is made of.

    Attributes
    ----------
    metrics : mapping
        By name, as dbt's semantic manifest has them.
    teams : mapping of str to str
        Names of groups, each with the name of its owner.
    personal : frozenset of str
        Names of columns that the contract of a feed classes as PII.
    """

    tables: Mapping[str, Table]
    models: Mapping[str, Semantic]
    metrics: Mapping[str, Mapping[str, Any]]
    teams: Mapping[str, str]
    personal: frozenset[str]

    def model_of(self, measure: str) -> Semantic:
        """Return the semantic model that has a measure."""
        for model in self.models.values():
            if measure in model.measures:
                return model
        raise OnemartError(f"No semantic model has a measure '{measure}'.")


def read_definitions(
    manifest: Mapping[str, Any],
    semantic: Mapping[str, Any],
    table_name: Callable[[str, str], str],
) -> Definitions:
    """Return what both manifests say.

    Parameters
    ----------
    manifest, semantic : Mapping
        dbt's manifest.json and semantic_manifest.json.
    table_name : callable
        Gives the full name of a table by schema and name.
    """
    teams = {
        group["name"]: str(group["owner"].get("name") or group["name"])
        for group in manifest["groups"].values()
    }
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    related = _related(manifest)
    tables = {
        node["name"]: Table(
            node["name"],
            table_name(node["schema"], node["alias"]),
            _flat(node["description"]),
            teams.get(node["group"] or "", "Data"),
            {
                name: Column(
                    name,
                    str(column["data_type"] or ""),
                    _flat(column["description"]),
                    _classed(column) == "pii",
                )
                for name, column in node["columns"].items()
            },
            tuple(node.get("primary_key") or ()),
            related.get(node["unique_id"], {}),
        )
        for node in nodes
        if node["access"] == "public" or node["name"].startswith(("fct_", "dim_", "rpt_"))
    }
    models = {
        model["name"]: _semantic(model, tables[model["node_relation"]["alias"]])
        for model in semantic["semantic_models"]
    }
    return Definitions(
        tables,
        models,
        {metric["name"]: metric for metric in semantic["metrics"]},
        teams,
        frozenset(
            name
            for source in manifest["sources"].values()
            for name, column in source["columns"].items()
            if _classed(column) == "pii"
        ),
    )


def _classed(column: Mapping[str, Any]) -> str:
    meta = {**(column.get("meta") or {}), **((column.get("config") or {}).get("meta") or {})}
    return str(meta.get("classification") or "")


def _flat(text: str | None) -> str:
    return " ".join((text or "").split())


def _related(manifest: Mapping[str, Any]) -> dict[str, dict[str, tuple[str, str]]]:
    """Return for each model the columns that a relationships test looks up elsewhere."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for node in manifest["nodes"].values():
        told = node.get("test_metadata") or {}
        if told.get("name") == "relationships" and node.get("attached_node"):
            to = _REF.fullmatch(told["kwargs"]["to"])
            column, field = told["kwargs"]["column_name"], told["kwargs"]["field"]
            if to:
                found.setdefault(node["attached_node"], {})[column] = (to[1], field)
    return found


def _semantic(model: Mapping[str, Any], table: Table) -> Semantic:
    times = {one["name"]: one for one in model["dimensions"] if one["type"] == "time"}
    default = (model["defaults"] or {}).get("agg_time_dimension") or ""
    params = times[default]["type_params"] if default else {}
    ends = [
        (one["type_params"]["validity_params"]["is_end"], one["expr"] or one["name"])
        for one in times.values()
        if one["type_params"].get("validity_params")
    ]
    entities = model["entities"]
    primary = [one["name"] for one in entities if one["type"] == "primary"]
    return Semantic(
        model["name"],
        _flat(model["description"]),
        table,
        (times[default]["expr"] or default) if default else "",
        str(params.get("time_granularity") or ""),
        {one["name"]: one["expr"] or one["name"] for one in entities if one["type"] == "foreign"},
        primary[0] if primary else str(model["primary_entity"] or ""),
        {one["name"]: one["expr"] or one["name"] for one in entities if one["type"] == "natural"},
        {
            one["name"]: (one["expr"] or one["name"], _flat(one["description"]))
            for one in model["dimensions"]
            if one["type"] == "categorical"
        },
        {one["name"]: _measure(one, default) for one in model["measures"]},
        tuple(column for _, column in sorted(ends)),
    )


def _measure(told: Mapping[str, Any], default: str) -> Measure:
    problem = ""
    if told["non_additive_dimension"]:
        problem = f"its measure {told['name']} does not add up over time"
    elif (told["agg_time_dimension"] or default) != default:
        problem = f"its measure {told['name']} is counted by another day than its semantic model"
    return Measure(
        told["name"],
        told["agg"],
        str(told["expr"] or told["name"]),
        (told["agg_params"] or {}).get("percentile"),
        problem,
    )
