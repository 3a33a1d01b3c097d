"""Metrics of a shop: which there are, what they can be parted by, and their SQL."""

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.big_query import BigQuerySqlPlanRenderer
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from onemart.errors import UsageError
from onemart.metrics.comparison import COMPARISONS, TO_DATE, comparison_sql, to_date_sql
from onemart.metrics.manifest import placed_in, semantic_manifest
from onemart.metrics.to_date import ToDate
from onemart.project import Project
from onemart.warehouse import Warehouse
from onemart.warehouse.duckdb_dialect import DuckdbDialect

__all__ = ["GRAINS", "Layer", "Question", "open_layer"]

GRAINS = (
    "day", "week", "month", "quarter", "year",
    "retail_week", "retail_period", "retail_quarter", "retail_year",
)  # fmt: skip
"""The grains of time that an answer can have."""

_TIME = "metric_time"
# A comparison looks back a year from the beginning of its first period.
_LOOK_BACK = timedelta(days=2 * 371)


@dataclass(frozen=True)
class Question:
    """What somebody wants to know.

    Attributes
    ----------
    metrics : sequence of str
        Names of metrics.
    by : sequence of str
        Grains of time, dimensions and entities.
    where : str
        A condition in SQL, in which dimensions are columns; empty for none.
    compare : str
        A name in `COMPARISONS` or `TO_DATE`; empty for none.
    first, last : datetime.date or None
        The days from which and to which figures run.
    """

    metrics: Sequence[str]
    by: Sequence[str] = field(default_factory=tuple)
    where: str = ""
    compare: str = ""
    first: date | None = None
    last: date | None = None


class Layer:
    """The metrics of a shop in one SQL dialect.

    Parameters
    ----------
    manifest : Mapping
        dbt's semantic manifest, with the tables of the shop's warehouse.
    is_bigquery : bool
        Whether SQL is for BigQuery, else for DuckDB.
    """

    def __init__(
        self, manifest: Mapping[str, Any], *, is_bigquery: bool, periods: str = "marts.dim_periods"
    ) -> None:
        parsed = parse_manifest_from_dbt_generated_manifest(json.dumps(manifest))
        self._renderer = BigQuerySqlPlanRenderer() if is_bigquery else DuckDbSqlPlanRenderer()
        # MetricFlow only writes the SQL here; it is sent like all other.
        client: Any = SimpleNamespace(
            sql_engine_type=SqlEngine.BIGQUERY if is_bigquery else SqlEngine.DUCKDB,
            sql_plan_renderer=self._renderer,
        )
        self._engine = MetricFlowEngine(SemanticManifestLookup(parsed), client)
        self._periods = periods
        self.metrics: dict[str, Mapping[str, Any]] = {
            metric["name"]: metric for metric in manifest["metrics"]
        }

    def parts(self, metrics: Sequence[str]) -> dict[str, str]:
        """Return what all of the metrics can be parted by: names, each with its full name.

        `category` is short for `product__category` where no other dimension ends so.
        """
        names = self._metrics_named(metrics)
        dimensions = self._engine.simple_dimensions_for_metrics(names)
        full = {one.dunder_name for one in dimensions if one.name != _TIME}
        full |= {entity.name for entity in self._engine.entities_for_metrics(names)}
        short: dict[str, list[str]] = {}
        for name in full:
            short.setdefault(name.rsplit("__", 1)[-1], []).append(name)
        unique = {name: found[0] for name, found in short.items() if len(found) == 1}
        return {**unique, **{name: name for name in full}, **self._grains}

    def sql(self, question: Question, to_date: ToDate | None = None) -> str:
        """Return the SQL that answers the question.

        Parameters
        ----------
        to_date : ToDate or None
            The days that a comparison of `TO_DATE` is about.

        Raises
        ------
        UsageError
            If it names a metric, a dimension or a comparison that there is not, or asks for what a
            metric cannot answer; names the nearest.
        """
        metrics = self._metrics_named(question.metrics)
        parts = self.parts(metrics)
        known = {**COMPARISONS, **dict.fromkeys(TO_DATE)}
        comparison = _named("comparison", question.compare, known) if question.compare else ""
        by = list(dict.fromkeys(_named("dimension", name, parts) for name in question.by))
        where = [_where(question.where, parts)] if question.where else None
        zeros = {name: self._is_zero_without_rows(name) for name in metrics}
        if to_date:
            if question.first or any(name.startswith(f"{_TIME}__") for name in by):
                raise UsageError(
                    f"{comparison} is about one period, up to one day.",
                    "Leave --from and the time in --by out; --until names the day.",
                )
            spans = [
                self._explained(metrics, by, where, span) if span else None
                for span in (to_date.now, to_date.then)
            ]
            return to_date_sql(str(spans[0]), spans[1], zeros, by)
        if not comparison:
            return self._explained(metrics, by, where, (question.first, question.last), by)
        by = _by_compared(comparison, by, parts, question.by)
        begin = question.first - _LOOK_BACK if question.first else None
        sql = self._explained(metrics, by, where, (begin, question.last))
        between = (question.first, question.last)
        return comparison_sql(sql, zeros, by, comparison, self._periods, between)

    def _explained(
        self,
        metrics: Sequence[str],
        by: Sequence[str],
        where: Sequence[str] | None,
        between: tuple[date | None, date | None],
        order: Sequence[str] = (),
    ) -> str:
        """Return MetricFlow's SQL for the metrics of some days."""
        first, last = (datetime.combine(day, time()) if day else None for day in between)
        request = MetricFlowQueryRequest.create(
            metric_names=metrics,
            group_by_names=by or None,
            where_constraints=where,
            time_constraint_start=first,
            time_constraint_end=last,
            order_by_names=order or None,
        )
        try:
            return str(self._engine.explain(request).sql_statement.sql)
        except Exception as error:
            raise UsageError(
                "MetricFlow cannot answer that.", str(error).strip().split("\n\n")[0]
            ) from error

    @cached_property
    def _grains(self) -> dict[str, str]:
        return {grain: f"{_TIME}__{grain}" for grain in GRAINS}

    def _metrics_named(self, names: Sequence[str]) -> list[str]:
        return [_named("metric", name, {metric: metric for metric in self.metrics})
                for name in names]  # fmt: skip

    def _is_zero_without_rows(self, name: str) -> bool:
        params = self.metrics[name]["type_params"]
        return bool(params["measure"] and params["measure"]["fill_nulls_with"] == 0)


def open_layer(project: Project, warehouse: Warehouse) -> Layer:
    """Return the metrics of the shop whose warehouse is open."""
    return Layer(
        placed_in(semantic_manifest(project), warehouse),
        is_bigquery=not isinstance(warehouse.dialect, DuckdbDialect),
        periods=warehouse.table("marts", "dim_periods"),
    )


def _named(what: str, name: str, known: Mapping[str, Any]) -> str:
    """Return what a name stands for, else say which are near."""
    if name in known:
        found = known[name]
        return found if isinstance(found, str) else name
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or sorted(known)
    raise UsageError(f"'{name}' is no {what} here.", f"Did you mean {_either(near)}?")


def _either(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def _by_compared(
    comparison: str, by: list[str], parts: Mapping[str, str], asked: Sequence[str]
) -> list[str]:
    """Return what the periods of a comparison are parted by, with its own grain where none is."""
    grain, hours = COMPARISONS[comparison].grain, COMPARISONS[comparison].hours
    times = [name for name in by if name.startswith(f"{_TIME}__")]
    is_other = times != [f"{_TIME}__{grain}"] and COMPARISONS[comparison].is_of_grain
    if len(times) > 1 or (times and is_other):
        raise UsageError(
            f"{comparison} compares {grain}s, and not {', '.join(asked)}.",
            "Leave the time out of --by, or compare with previous or yoy.",
        )
    if hours and hours not in parts:
        raise UsageError(
            f"{comparison} needs metrics that are kept by hour.", "Ask for hourly_net_sales or so."
        )
    wanted = [] if times else [f"{_TIME}__{grain}"]
    wanted += [parts[hours]] if hours and parts[hours] not in by else []
    return [*wanted, *by]


def _where(condition: str, parts: Mapping[str, str]) -> str:
    """Return the condition with its columns as MetricFlow names dimensions."""
    if "{{" in condition:
        return condition
    import sqlglot  # noqa: PLC0415  (takes a third of a second)
    from sqlglot import expressions  # noqa: PLC0415

    try:
        tree = sqlglot.parse_one(condition, dialect="duckdb")
    except sqlglot.errors.ParseError as error:
        raise UsageError(
            f"--where cannot be read: {condition}", "Write it as in SQL, such as category = 'TEA'."
        ) from error
    for column in list(tree.find_all(expressions.Column)):
        name = _named("dimension", column.name, parts)
        entity, _, element = name.rpartition("__")
        if entity == _TIME:
            told = f"{{{{ TimeDimension('{_TIME}', '{element}') }}}}"
        elif entity:
            told = f"{{{{ Dimension('{name}') }}}}"
        else:
            told = f"{{{{ Entity('{name}') }}}}"
        column.replace(expressions.var(told))
    return tree.sql(dialect="duckdb")
