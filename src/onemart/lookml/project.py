"""A LookML project: views, explores and the model file, made of what dbt knows."""

from dataclasses import dataclass, field, replace
from typing import Any

from onemart.errors import OnemartError
from onemart.lookml.definitions import Definitions, Semantic
from onemart.lookml.facts import (
    Dimension,
    Fact,
    dimension_of,
    dimensions_of,
    fact_of,
    is_personal,
    several_together,
    words,
)
from onemart.lookml.fields import GRANT, Field, fields_of, group_name, time_field
from onemart.lookml.measures import (
    Context,
    compared_measures,
    plain_measures,
    running_measures,
)
from onemart.lookml.placing import place
from onemart.lookml.spread import GRAIN, PERIOD_GRAINS, by_period, running

__all__ = ["CALENDAR", "Project", "make_project"]

CALENDAR = "calendar"
"""The view of the days, which every explore by days is joined to."""


@dataclass
class Project:
    """What a LookML project says, as `lkml` takes it.

    Attributes
    ----------
    views, explores : dict of str to dict
        By name.
    places : dict of str to str
        Metrics, each with the explore to ask for it; the same name is its measure.
    left_out : mapping of str to str
        Metrics that LookML cannot have, each with the reason.
    dashboards : dict of str to str
        Text of each dashboard by name.
    """

    views: dict[str, Field] = field(default_factory=dict)
    explores: dict[str, Field] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    dashboards: dict[str, str] = field(default_factory=dict)


class _Maker:
    def __init__(self, definitions: Definitions, dialect: str) -> None:
        self.definitions = definitions
        self.dialect = dialect
        self.project = Project()
        self.facts: set[str] = set()

    def make(self) -> Project:
        placed = place(self.definitions)
        self.project.left_out = dict(placed.left_out)
        facts = {
            model.name: fact_of(model, self.definitions, self.dialect)
            for model in self.definitions.models.values()
        }
        self.facts = {names[0] for names in placed.of_models if len(names) == 1}
        self._calendar()
        for names, metrics in placed.of_models.items():
            models = [self.definitions.models[name] for name in names]
            if len(models) == 1:
                fact = facts[names[0]].with_metrics(metrics)
            else:
                every = self._with_parts(metrics)
                fact = several_together(models, self.definitions, self.dialect, every)
            self._fact(fact, metrics)
        for (name, window), metrics in placed.running.items():
            fact = running(facts[name], window, self.definitions, self.dialect)
            self._running(fact.with_metrics(metrics))
        return self.project

    def _with_parts(self, metrics: list[str]) -> list[str]:
        """Return metrics after those that they are made of."""
        found: dict[str, None] = {}
        for metric in metrics:
            params = self.definitions.metrics[metric]["type_params"]
            parts = [params.get("numerator"), params.get("denominator"),
                     *(params.get("metrics") or [])]  # fmt: skip
            for name in self._with_parts([part["name"] for part in parts if part]):
                found.setdefault(name)
            found.setdefault(metric)
        return list(found)

    def _fact(self, fact: Fact, metrics: list[str]) -> None:
        """Add a fact's explore, and the one that compares its periods."""
        joins = self._joins(fact)
        context = Context(self.definitions, self.dialect, self._field(fact))
        self._view(fact, self._time(fact), plain_measures(fact, context))
        if fact.grain == "day":
            day = f"${{{fact.name}.{group_name(fact.time)}_raw}}"
            joins = [_join(CALENDAR, f"{day} = ${{{CALENDAR}.date_raw}}"), *joins]
        self._explore(fact, joins)
        self.project.places |= dict.fromkeys(metrics, fact.name)
        compared = by_period(fact, self.definitions)
        own = {**self._time(fact), "hidden": "yes"}
        period = {
            **time_field("period", "period_start_date", "day", "First day of the period."),
            "timeframes": ["raw", "date"],
        }
        measures = compared_measures(compared, context)
        view = self._view(compared, period, measures)
        view["dimension_groups"].insert(1, own)
        grains = [one for one in PERIOD_GRAINS if fact.grain == "day" or not _is_short(one)]
        view["parameters"] = [
            {
                "name": GRAIN,
                "label": "Length of periods",
                "type": "unquoted",
                "allowed_values": [{"label": words(one), "value": one} for one in grains],
                "default_value": "month",
            }
        ]
        self._explore(compared, self._joins(compared))

    def _running(self, fact: Fact) -> None:
        context = Context(self.definitions, self.dialect, self._field(fact))
        own = {**self._time(fact), "hidden": "yes"}
        day = time_field("figure", "figure_date", "day", "The day whose figure it is.")
        view = self._view(
            fact, {**day, "timeframes": ["raw", "date"]}, running_measures(fact, context)
        )
        view["dimension_groups"].insert(1, own)
        self._explore(fact, self._joins(fact))
        # Each day takes rows of as many days: without some days chosen, that would be all.
        self.project.explores[fact.name]["always_filter"] = {
            "filters": [{f"{fact.name}.figure_date": "28 days"}]
        }
        self.project.places |= dict.fromkeys(fact.metrics, fact.name)

    def _time(self, fact: Fact) -> Field:
        told = "The day, or its period, that figures are counted on."
        return time_field(group_name(fact.time), fact.time, fact.grain, told)

    def _view(self, fact: Fact, time: Field, measures: list[Field]) -> Field:
        fields = fields_of(fact.dimensions, fact.key)
        source = (
            {"sql_table_name": fact.sql} if fact.is_table else {"derived_table": {"sql": fact.sql}}
        )
        view: Field = {
            "name": fact.name,
            **source,
            "label": fact.label,
            "dimensions": fields["dimensions"],
            "dimension_groups": [time, *fields["dimension_groups"]],
            "measures": measures,
        }
        self.project.views[fact.name] = view
        return view

    def _explore(self, fact: Fact, joins: list[Field]) -> None:
        self.project.explores[fact.name] = {
            "name": fact.name,
            "label": fact.label,
            "group_label": fact.team,
            "description": fact.description,
            "joins": joins,
        }

    def _joins(self, fact: Fact) -> list[Field]:
        """Return joins that find one row at most, so that no figure is counted twice."""
        joins = []
        for column, mart in fact.joined:
            name = self._dimension_view(mart)
            table = self.definitions.tables[mart]
            [key] = table.key
            join = _join(name, f"{self._column(fact, column)} = ${{{name}.{key}}}")
            grant = is_personal(table.columns[key], self.definitions)
            joins.append({**join, **({"required_access_grants": [GRANT]} if grant else {})})
        for model in self._of_spans(fact):
            [column] = model.natural.values()
            [entity] = model.natural
            start, end = (f"${{{model.name}.{group_name(one)}_raw}}" for one in model.span)
            day = f"${{{fact.name}.{group_name(fact.time)}_raw}}"
            on = (
                f"{self._column(fact, fact.keys[entity])} = ${{{model.name}.{column}}}"
                f" and {day} >= {start} and ({day} < {end} or {end} is null)"
            )
            self._span_view(model)
            joins.append(_join(model.name, on))
        return joins

    def _column(self, fact: Fact, column: str) -> str:
        """Return a reference to a column, which a semantic model may call by another name."""
        for one in fact.dimensions:
            if one.sql == f"${{TABLE}}.{column}":
                return f"${{{fact.name}.{one.name}}}"
        raise OnemartError(f"View {fact.name} has no dimension over its column {column}.")

    def _of_spans(self, fact: Fact) -> list[Semantic]:
        return [
            model
            for model in self.definitions.models.values()
            if len(model.span) == 2 and set(model.natural) & set(fact.keys) and fact.grain == "day"
        ]

    def _field(self, fact: Fact) -> Any:
        """Return what gives the field that an entity's dimension is in the explore of a fact."""
        of_entity = {
            **{model.primary: model for model in self.definitions.models.values()
               if model.primary in fact.keys},
        }  # fmt: skip

        def told(entity: str, name: str) -> str | None:
            model = self.definitions.models.get(fact.name.removesuffix("_by_period"))
            if model and entity == model.primary and name in model.dimensions:
                return name
            spans = [one for one in self._of_spans(fact)
                     if entity in one.natural and name in one.dimensions]  # fmt: skip
            if spans:
                return f"{spans[0].name}.{name}"
            if entity in of_entity and name in of_entity[entity].dimensions:
                return f"{of_entity[entity].name}.{name}"
            return None

        return told

    def _dimension_view(self, mart: str) -> str:
        """Add the view of a dimension once, and return its name."""
        models = sorted(
            (one for one in self.definitions.models.values() if one.table.name == mart),
            key=lambda one: bool(one.measures),
        )
        name = models[0].name if models else mart.removeprefix("dim_")
        table = self.definitions.tables[mart]
        if name not in self.project.views and name not in self.facts:
            dimensions = (
                dimensions_of(models[0], self.definitions, self.dialect)
                if models
                else tuple(dimension_of(one, self.definitions) for one in table.columns.values())
            )
            self._plain_view(name, table.relation, dimensions, table.key)
        return name

    def _span_view(self, model: Semantic) -> None:
        if model.name not in self.project.views:
            dimensions = dimensions_of(model, self.definitions, self.dialect)
            self._plain_view(model.name, model.table.relation, dimensions, model.table.key)

    def _plain_view(
        self, name: str, relation: str, dimensions: tuple[Dimension, ...], key: tuple[str, ...]
    ) -> None:
        self.project.views[name] = {
            "name": name,
            "sql_table_name": relation,
            "label": words(name),
            **fields_of(dimensions, key, is_hidden_key=False),
        }

    def _calendar(self) -> None:
        table = self.definitions.tables["dim_dates"]
        dimensions = tuple(
            replace(dimension_of(one, self.definitions), name="date")
            if one.name == "date_day"
            else dimension_of(one, self.definitions)
            for one in table.columns.values()
        )
        self._plain_view(CALENDAR, table.relation, dimensions, table.key)


def _join(name: str, on: str) -> Field:
    return {"name": name, "type": "left_outer", "relationship": "many_to_one", "sql_on": on}


def _is_short(grain: str) -> bool:
    """Return whether a period of this grain can begin within a month."""
    return grain in {"day", "week"} or grain.startswith("retail_")


def make_project(definitions: Definitions, dialect: str) -> Project:
    """Return the LookML project of what dbt knows.

    Parameters
    ----------
    dialect : str
        `duckdb` or `bigquery`.
    """
    return _Maker(definitions, dialect).make()
