"""Bytes of the next run, as BigQuery itself says before it runs anything."""

import os
from collections.abc import Mapping
from typing import Any

from google.api_core.exceptions import NotFound
from google.cloud import bigquery

from onemart.errors import OnemartError
from onemart.project import Project, Shop

__all__ = ["compiled_models", "dry_run"]

_BUILT = {"table", "incremental"}


def compiled_models(project: Project, shop: Shop, target: str) -> dict[str, str]:
    """Return the SQL that the next run would send for each model that reads and writes.

    Raises
    ------
    OnemartError
        If dbt cannot compile the project.
    """
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  (takes seconds)

    os.environ["ONEMART_SHOP"] = shop.name
    os.chdir(project.root)
    result = dbtRunner().invoke(
        ["--quiet", "compile", "--target", target, "--select", "resource_type:model"]
    )
    if not result.success:
        raise OnemartError(f"dbt cannot compile the project for {target}: {result.exception}.")
    compiled: Any = result.result
    return {
        one.node.name: one.node.compiled_code
        for one in compiled
        if one.node.language == "sql" and one.node.config.materialized in _BUILT
    }


def dry_run(client: bigquery.Client, statements: Mapping[str, str]) -> dict[str, int | None]:
    """Return the bytes that BigQuery would bill for each statement.

    A statement that reads a table which is not there yet has None.
    """
    config = bigquery.QueryJobConfig(dry_run=True, use_query_cache=False, use_legacy_sql=False)
    told: dict[str, int | None] = {}
    for name, sql in statements.items():
        try:
            told[name] = int(client.query(sql, job_config=config).total_bytes_processed or 0)
        except NotFound:
            told[name] = None
    return told
