"""Bytes of a run, worked out from the budget and the rows that a shop has."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from onemart.cost.budget import WHOLE, Share
from onemart.cost.prices import LEAST_BYTES, size_of
from onemart.errors import UsageError
from onemart.warehouse.base import Warehouse

__all__ = ["Cost", "Size", "estimate", "size_of_shop", "widths"]

# A shop's size is told by the lines that it sold.
_LINES = ("marts", "fct_order_lines")


@dataclass(frozen=True)
class Size:
    """How large a shop is.

    Attributes
    ----------
    rows : Mapping
        Rows by table, as `schema.table`.
    days : int
        Days on which something was sold.
    """

    rows: Mapping[str, int]
    days: int

    @property
    def lines(self) -> int:
        """Order lines."""
        return self.rows.get(".".join(_LINES), 0)


@dataclass(frozen=True)
class Cost:
    """What a model reads in bytes: built whole, and after a delivery."""

    model: str
    whole: float
    daily: float


def size_of_shop(warehouse: Warehouse, shares: Iterable[Share]) -> Size:
    """Count the rows of those tables of the budget that the shop has."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for share in shares:
        schema, _, table = share.table.partition(".")
        wanted[schema].add(table)
    rows = {
        f"{schema}.{table}": int(
            warehouse.value(f"select count(*) as n from {warehouse.table(schema, table)}")
        )
        for schema, tables in wanted.items()
        for table in sorted(tables & warehouse.tables(schema).keys())
    }
    days = 0
    if ".".join(_LINES) in rows:
        lines = warehouse.table(*_LINES)
        days = int(warehouse.value(f"select count(distinct order_date) as n from {lines}"))
    return Size(rows, days)


def widths(warehouse: Warehouse, schema: str, table: str) -> dict[str, float]:
    """Return the mean logical bytes of a value of each column, as BigQuery counts them.

    A missing value counts nothing. A letter counts as one byte, which holds for all but a few of a
    shop's codes and names. An empty table, which tells nothing, gives nothing.
    """
    kinds = {
        column: size_of(warehouse.dialect.kind(kind))
        for column, kind in warehouse.columns(schema, table).items()
    }
    told = ["count(*) as n"]
    for place, (column, (_, has_length)) in enumerate(kinds.items()):
        name = warehouse.dialect.name(column)
        told.append(f"count({name}) as n{place}")
        told.append(f"{f'sum(length({name}))' if has_length else '0'} as l{place}")
    (found,) = warehouse.dicts(f"select {', '.join(told)} from {warehouse.table(schema, table)}")
    if not found["n"]:
        return {}
    return {
        column: (found[f"n{place}"] * size + int(found[f"l{place}"] or 0)) / found["n"]
        for place, (column, (size, _)) in enumerate(kinds.items())
    }


def estimate(
    shares: Iterable[Share], size: Size, *, lines: int | None = None, touched: int = 1
) -> list[Cost]:
    """Return what each model reads, the dearest first.

    Parameters
    ----------
    shares : iterable of Share
        The budget.
    size : Size
        The shop that it is worked out for.
    lines : int, optional
        As if the shop had sold so many order lines on the same days.
    touched : int
        How many days a delivery touches.

    Raises
    ------
    UsageError
        If the shop has sold nothing, so that nothing can be worked out from it.
    """
    if not size.lines:
        raise UsageError(
            "The shop has no order lines yet, so there is nothing to work out from.",
            "Land its deliveries and run `onemart build` first.",
        )
    growth = lines / size.lines if lines else 1.0
    whole: dict[str, float] = defaultdict(float)
    daily: dict[str, float] = defaultdict(float)
    for share in shares:
        rows = size.rows.get(share.table, 0) * growth
        part = 1.0
        if share.more_days is not None:
            part = min(1.0, (touched + share.more_days) / size.days)
        read = rows * part * share.bytes_per_row
        read = max(read, LEAST_BYTES) if read else 0.0
        (whole if share.run == WHOLE else daily)[share.model] += read
    costs = [Cost(model, whole[model], daily[model]) for model in {**whole, **daily}]
    return sorted(costs, key=lambda cost: (-cost.whole, -cost.daily, cost.model))
