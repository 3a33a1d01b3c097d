"""What dbt calls its catalog: the tables and columns that a shop's warehouse really has."""

from collections.abc import Mapping
from typing import Any

from onemart.warehouse import Warehouse

__all__ = ["catalog"]

_KINDS = {"model", "seed"}


def catalog(manifest: Mapping[str, Any], warehouse: Warehouse) -> dict[str, Any]:
    """Return the catalog of the manifest's tables, in the form of dbt's `catalog.json`.

    It is asked of the open warehouse, so that dbt need not open it a second time, and needs no
    table that the emulator of BigQuery lacks.

    Parameters
    ----------
    manifest : Mapping
        dbt's manifest.
    warehouse : Warehouse
        Where the shop was built; what is not there is left out.
    """
    nodes = {
        name: node for name, node in manifest["nodes"].items() if node["resource_type"] in _KINDS
    }
    schemas = {one["schema"] for one in (*nodes.values(), *manifest["sources"].values())}
    there = {schema: warehouse.tables(schema) for schema in sorted(schemas)}
    return {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json",
            "dbt_version": manifest["metadata"]["dbt_version"],
            "generated_at": manifest["metadata"]["generated_at"],
            "env": {},
        },
        "nodes": {
            name: _table(name, node, node["alias"], there, warehouse)
            for name, node in nodes.items()
            if node["alias"] in there[node["schema"]]
        },
        "sources": {
            name: _table(name, node, node["identifier"], there, warehouse)
            for name, node in manifest["sources"].items()
            if node["identifier"] in there[node["schema"]]
        },
        "errors": None,
    }


def _table(
    unique_id: str,
    node: Mapping[str, Any],
    table: str,
    there: Mapping[str, Mapping[str, str]],
    warehouse: Warehouse,
) -> dict[str, Any]:
    columns = warehouse.columns(node["schema"], table)
    return {
        "metadata": {
            "type": there[node["schema"]][table],
            "schema": node["schema"],
            "name": table,
            "database": node["database"],
            "comment": None,
            "owner": None,
        },
        "columns": {
            column: {"type": kind, "index": place, "name": column, "comment": None}
            for place, (column, kind) in enumerate(columns.items(), start=1)
        },
        "stats": {},
        "unique_id": unique_id,
    }
