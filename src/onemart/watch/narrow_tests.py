"""dbt's data tests, reading only the days that were touched.

A test is compiled once, by dbt. Where it names a table that is kept by day, it gets that table's
touched days instead. What cannot be told from those days, and what is about views or nightly
models, is left to the nightly build.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from onemart.errors import OnemartError
from onemart.warehouse.base import Warehouse
from onemart.watch.lineage import Lineage, day_column

__all__ = ["NarrowTest", "compiled", "failures", "narrow_tests", "touched_days"]

# Where both tables are kept by the day within which they have to agree.
_BY_DAY = "adds_up_to"


@dataclass(frozen=True)
class NarrowTest:
    """A compiled test.

    Attributes
    ----------
    model : str
        The model that it is about.
    sql : str
        Selects what is wrong, from whole tables.
    days : tuple of (str, str)
        The tables in it that are kept by day, each with its column.
    """

    name: str
    model: str
    sql: str
    days: tuple[tuple[str, str], ...]
    is_warning: bool

    def on(self, days: Sequence[date]) -> str:
        """Return its SQL on these days."""
        sql = self.sql
        for relation, column in self.days:
            narrowed = f"(select * from {relation} where {_in_days(column, days)}) as tested"
            sql = sql.replace(relation, narrowed)
        return sql


def narrow_tests(lineage: Lineage) -> list[str]:
    """Return the unique ids of the tests that can be answered by the hour."""
    hourly = {lineage.kept[name].unique_id: lineage.kept[name] for name in lineage.hourly}
    return [
        test.unique_id
        for test in lineage.manifest.nodes.values()
        if test.resource_type == "test"
        and getattr(test, "attached_node", None) in hourly
        and all(
            _can_be_told(test, hourly, other)
            for other in test.depends_on.nodes
            if other != test.attached_node
        )
    ]


def _can_be_told(test: Any, hourly: dict[str, Any], other: str) -> bool:
    """Tell whether what the test reads of another table is whole, or on the same days."""
    if other.startswith("seed."):
        return True
    if other not in hourly:
        return False
    day = day_column(hourly[other])
    if day is None:
        # Bookkeeping that only grows is a table of many days, too.
        return bool(hourly[other].config.materialized == "table")
    told = test.test_metadata
    return bool(
        told.name == _BY_DAY
        and told.kwargs["by"] == day
        and day_column(hourly[test.attached_node]) == day
    )


def compiled(lineage: Lineage, nodes: Iterable[Any]) -> list[NarrowTest]:
    """Return compiled tests with the tables in them that are kept by day."""
    by_id = {node.unique_id: node for node in lineage.kept.values()}
    return [
        NarrowTest(
            node.name,
            by_id[node.attached_node].name,
            node.compiled_code,
            tuple(
                (by_id[table].relation_name, day)
                for table in dict.fromkeys(node.depends_on.nodes)
                if table in by_id and (day := day_column(by_id[table]))
            ),
            str(node.config.severity).lower() == "warn",
        )
        for node in nodes
    ]


def touched_days(warehouse: Warehouse, since: int) -> list[date]:
    """Return the days that publications after `since` touched, in UTC and as figures have them."""
    logs = (
        (warehouse.table("ops", "touched_days"), "day"),
        (warehouse.table("intermediate", "int_days_touched"), "touched_day"),
        (warehouse.table("intermediate", "int_order_days_touched"), "touched_day"),
    )
    rows = warehouse.rows(
        " union distinct ".join(
            f"select {column} as day from {log} where published_seq > {since}"
            for log, column in logs
        )
    )
    return sorted(day for (day,) in rows)


def failures(
    warehouse: Warehouse, tests: Sequence[NarrowTest], days: Sequence[date]
) -> list[tuple[NarrowTest, int]]:
    """Run the tests, those of a model in one query, and return how many rows break each."""
    of_model: dict[str, list[NarrowTest]] = {}
    for test in tests:
        of_model.setdefault(test.model, []).append(test)
    broken = []
    for model, together in of_model.items():
        query = " union all ".join(
            f"select {place} as place, (select count(*) from ({test.on(days)}) as found) as bad"
            for place, test in enumerate(together)
        )
        try:
            counts = warehouse.rows(query)
        except warehouse.refusals as error:
            raise OnemartError(
                f"The tests of {model} cannot be run: {warehouse.without_values(str(error))}",
                "Its figures are in the mart, untested; see what `onemart build` says of it.",
            ) from error
        broken += [(together[place], int(bad)) for place, bad in counts if bad]
    return broken


def _in_days(column: str, days: Sequence[date]) -> str:
    """Return the condition that a date is one of the days, as ranges of constants."""
    ranges: list[tuple[date, date]] = []
    for day in days:
        first = ranges.pop()[0] if ranges and ranges[-1][1] == day else day
        ranges.append((first, day + timedelta(1)))
    told = (f"{column} >= date '{first}' and {column} < date '{end}'" for first, end in ranges)
    return f"({' or '.join(told)})" if ranges else "false"
