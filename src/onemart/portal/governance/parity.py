"""The certificate that DuckDB and BigQuery give the same marts, where one was made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from onemart.project import Project

__all__ = ["Parity", "parity"]


@dataclass(frozen=True)
class Parity:
    """What `make parity` found when it last ran here.

    Attributes
    ----------
    is_equal : bool
        Whether all tables were.
    verdict : str
        A sentence that says so.
    facts : tuple of (str, str)
        When and with what it was compared.
    shops : tuple of (str, int, int, int)
        Per shop its tables, rows, and how many tables differ.
    differing : tuple of (str, str, str)
        Shop, table and what is wrong with it.
    not_verified : tuple of str
        What nobody could check without an account.
    """

    is_equal: bool
    verdict: str
    facts: tuple[tuple[str, str], ...]
    shops: tuple[tuple[str, int, int, int], ...]
    differing: tuple[tuple[str, str, str], ...]
    not_verified: tuple[str, ...]


def parity(project: Project) -> Parity | None:
    """Return the last certificate, or none where there is none that can be read."""
    path = project.root / "target" / "parity" / "certificate.json"
    try:
        told: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    models = sorted(told["models"], key=lambda one: (one["shop"], one["model"]))
    shops = []
    for shop, of_shop in groupby(models, key=lambda one: one["shop"]):
        tables = list(of_shop)
        rows = sum(one["rows_duckdb"] for one in tables)
        shops.append((shop, len(tables), rows, sum(not one["equal"] for one in tables)))
    return Parity(
        is_equal=bool(told["equal"]),
        verdict=told["verdict"],
        facts=tuple((str(name), str(value)) for name, value in told["facts"].items()),
        shops=tuple(shops),
        differing=tuple(
            (
                one["shop"],
                one["model"],
                "; ".join(one["problems"]) or f"{one['values_that_differ']:,} values differ",
            )
            for one in models
            if not one["equal"]
        ),
        not_verified=tuple(told["not_verified"]),
    )
