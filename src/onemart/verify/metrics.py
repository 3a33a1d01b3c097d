"""Every metric of the semantic layer, asked of both warehouses."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from onemart.metrics.manifest import placed_in
from onemart.verify.certificate import Compared
from onemart.verify.comparison import Table, compare
from onemart.warehouse import Warehouse, open_warehouse
from onemart.warehouse.duckdb_dialect import DuckdbDialect

if TYPE_CHECKING:
    from onemart.metrics.layer import Layer
    from onemart.verify.parity import MadeShop

__all__ = ["compare_metrics", "metric_statements"]


def metric_statements(layer: "Layer", *, is_bigquery: bool) -> Iterator[tuple[str, str, str]]:
    """Yield for each metric its name, a name for the question and SQL with a time and a value.

    A metric is asked by month, a cumulative one by day; the first also beside last year's.
    """
    from onemart.metrics.layer import Question  # noqa: PLC0415  (takes seconds)

    number = "float64" if is_bigquery else "double"
    for place, (name, told) in enumerate(layer.metrics.items()):
        grain = "day" if told["type"] == "cumulative" else "month"
        for compare_with in ("", "yoy") if place == 0 else ("",):
            value = f"{name}_growth" if compare_with else name
            sql = layer.sql(Question([name], [grain], compare=compare_with))
            columns = f"cast(metric_time__{grain} as date) as {grain}"
            columns += f", cast({value} as {number}) as value"
            asked = f"select {columns} from (\n{sql}\n) as asked"
            yield name, f"metric {name} {compare_with}".strip(), asked


def compare_metrics(
    first: "MadeShop", second: "MadeShop", manifest: dict[str, Any]
) -> list[Compared]:
    """Ask both warehouses of a shop for every metric, and compare what they answer.

    Each question carries its metric as a label, so that the record shows what was asked for.

    Parameters
    ----------
    manifest : dict
        dbt's semantic manifest of the DuckDB target.
    """
    answers = [_answers(made, manifest) for made in (first, second)]
    return [
        Compared(
            first.slice.shop,
            name,
            compare(table, answers[1][name], key=[next(iter(table.columns))]),
        )
        for name, table in answers[0].items()
    ]


def _answers(made: "MadeShop", manifest: dict[str, Any]) -> dict[str, Table]:
    from onemart.metrics.layer import Layer  # noqa: PLC0415  (takes seconds)

    with made.environment(), open_warehouse(made.shop) as warehouse:
        is_bigquery = not isinstance(warehouse.dialect, DuckdbDialect)
        layer = Layer(
            placed_in(manifest, warehouse),
            is_bigquery=is_bigquery,
            periods=warehouse.table("marts", "dim_periods"),
        )
        return {
            told: _answer(warehouse, metric, sql)
            for metric, told, sql in metric_statements(layer, is_bigquery=is_bigquery)
        }


def _answer(warehouse: Warehouse, metric: str, sql: str) -> Table:
    warehouse.label(metric=metric)
    names, rows = warehouse.head(sql, 100_000)
    return Table({names[0]: "date", "value": "double"}, rows)
