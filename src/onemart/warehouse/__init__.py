"""The warehouses that a shop can live in: a DuckDB file, or the datasets of a BigQuery prefix."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from onemart.project import Shop
from onemart.warehouse.base import LOCK_TIMEOUT_SECONDS, Dialect, Warehouse

__all__ = ["DEFAULT_TARGET", "Dialect", "Warehouse", "chosen_target", "open_warehouse"]

DEFAULT_TARGET = "dev"
"""The DuckDB file."""


def chosen_target(target: str | None = None) -> str:
    """Return `target`, else the one in ONEMART_TARGET, else `dev`."""
    return target or os.environ.get("ONEMART_TARGET") or DEFAULT_TARGET


@contextmanager
def open_warehouse(
    shop: Shop,
    *,
    target: str | None = None,
    read_only: bool = False,
    timeout: float = LOCK_TIMEOUT_SECONDS,
) -> Iterator[Warehouse]:
    """Open the shop's warehouse of a target; what a target needs is imported only for it.

    Parameters
    ----------
    target : str, optional
        Of profiles.yml; by default the one in ONEMART_TARGET, else `dev`, the DuckDB file.
    timeout : float
        Seconds to wait while another process (dbt, a reader) holds a DuckDB file.

    Raises
    ------
    OnemartError
        If there is no such target, or it cannot be opened; says why and what to do.
    """
    chosen = chosen_target(target)
    if chosen == DEFAULT_TARGET:
        from onemart.warehouse.duckdb import open_duckdb  # noqa: PLC0415

        with open_duckdb(shop, read_only=read_only, timeout=timeout) as file:
            yield file
    else:
        from onemart.warehouse.bigquery import open_bigquery  # noqa: PLC0415
        from onemart.warehouse.profile import read_target  # noqa: PLC0415

        with open_bigquery(read_target(shop.root, shop, chosen), shop) as datasets:
            yield datasets
