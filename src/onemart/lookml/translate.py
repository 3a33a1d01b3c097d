"""The SQL that a question to an explore comes to, for the LookML that this package writes.

Looker itself is not here to be asked. This reads the files as Looker does, for DuckDB, so that a
measure's figure can be compared with the metric's and the mart's.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from onemart.errors import UsageError
from onemart.lookml.read import Lookml, expanded

__all__ = ["Asked", "explore_sql"]

_REFERENCE = re.compile(r"\$\{(?:(\w+)\.)?(\w+)\}")
_PARAMETER = re.compile(r"\{%\s*parameter\s+(\w+)\s*%\}")
_TIMEFRAMES = {
    "raw": "{}",
    "time": "{}",
    "date": "cast({} as date)",
    "week": "cast(date_trunc('week', {}) as date)",
    "month": "cast(date_trunc('month', {}) as date)",
    "quarter": "cast(date_trunc('quarter', {}) as date)",
    "year": "extract(year from {})",
    "hour_of_day": "extract(hour from {})",
    "day_of_week": "dayname({})",
}
_MEASURES = {
    "sum": "coalesce(sum({}), 0)",
    "count_distinct": "count(distinct {})",
    "average": "avg({})",
    "min": "min({})",
    "max": "max({})",
    "median": "median({})",
}


@dataclass(frozen=True)
class Asked:
    """A question to an explore.

    Attributes
    ----------
    fields : sequence of str
        As `view.field`; dimensions part the figures.
    filters : mapping of str to str
        Fields, each with its only value; `yes` and `no` for a yesno.
    parameters : mapping of str to str
        Values of the views' parameters; by default their default values.
    """

    explore: str
    fields: Sequence[str]
    filters: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


class _Question:
    def __init__(self, lookml: Lookml, asked: Asked) -> None:
        if asked.explore not in lookml.explores:
            raise UsageError(f"There is no explore '{asked.explore}'.", "Look into explores/.")
        self.lookml = lookml
        self.asked = asked
        self.explore = lookml.explores[asked.explore][1]
        self.joins = {one["name"]: one for one in self.explore.get("joins", [])}
        self.base = str(self.explore.get("from") or asked.explore)
        self.used: dict[str, None] = {}
        self.measured: set[str] = set()

    def sql(self) -> str:
        names, columns, groups = [], [], []
        for name in self.asked.fields:
            view, _, plain = name.partition(".")
            kind, _ = self._found(view, plain)
            columns.append(f"{self._field(view, plain)} as {plain}")
            names.append(plain)
            if kind != "measure":
                groups.append(str(len(columns)))
        conditions = [self._condition(*one) for one in self.asked.filters.items()]
        joins = self._joined()
        lines = [f"select\n    {(',' + chr(10) + '    ').join(columns)}", *joins]
        lines += [f"where {' and '.join(conditions)}"] if conditions else []
        lines += [f"group by {', '.join(groups)}"] if groups else []
        return "\n".join(lines)

    def _found(self, view: str, name: str) -> tuple[str, Mapping[str, Any]]:
        if view not in {self.asked.explore, *self.joins} or view not in self.lookml.views:
            raise UsageError(f"Explore {self.asked.explore} has no view '{view}'.", "Join it.")
        for one, kind, told in expanded(self.lookml.views[view][1]):
            if one == name:
                return kind, told
        raise UsageError(f"View {view} has no field '{name}'.", "Look into its file.")

    def _field(self, view: str, name: str) -> str:
        """Return the SQL of a field, and note the views that it needs."""
        kind, told = self._found(view, name)
        self.used.setdefault(view)
        sql = self._resolved(view, told["sql"])
        if kind == "dimension_group":
            return _TIMEFRAMES[told["timeframe"]].format(sql)
        if kind != "measure":
            return f"({sql})"
        if told["type"] == "number":
            # One that adds up by itself, and one that is made of others.
            if "${TABLE}" in told["sql"]:
                self.measured.add(view)
            return f"({sql})"
        self.measured.add(view)
        for filters in told.get("filters__all", []):
            for one in filters:
                [(other, value)] = one.items()
                sql = f"case when {self._condition(f'{view}.{other}', value)} then {sql} end"
        if told["type"] not in _MEASURES:
            raise UsageError(f"Measure {view}.{name} is of type {told['type']}.", "Write its SQL.")
        return _MEASURES[told["type"]].format(sql)

    def _resolved(self, view: str, sql: str) -> str:
        def told(found: re.Match[str]) -> str:
            if found[2] == "TABLE":
                return view
            return self._field(found[1] or view, found[2])

        return _REFERENCE.sub(told, sql)

    def _condition(self, name: str, value: str) -> str:
        view, _, plain = name.partition(".")
        _, told = self._found(view, plain)
        sql = self._field(view, plain)
        if told["type"] == "yesno":
            return sql if value == "yes" else f"not coalesce({sql}, false)"
        return f"cast({sql} as varchar) = '{value.replace(chr(39), chr(39) * 2)}'"

    def _joined(self) -> list[str]:
        """Return `from` and the joins that the fields need, in the order of the explore."""
        conditions: dict[str, str] = {}
        for _ in self.joins:
            for name in [one for one in self.used if one in self.joins and one not in conditions]:
                conditions[name] = self._resolved(name, self.joins[name]["sql_on"])
        for name in conditions:
            relationship = self.joins[name].get("relationship", "many_to_one")
            # Many rows find one: that one's figures repeat. One row finds many: the others' do.
            repeated = {
                "many_to_one": self.measured & {name},
                "one_to_one": set(),
                "one_to_many": self.measured - {name},
            }.get(relationship, self.measured)
            if repeated:
                raise UsageError(
                    f"Explore {self.asked.explore} joins {name} {relationship}: figures of"
                    f" {', '.join(sorted(repeated))} would be counted more than once.",
                    "Ask each view for its own figures.",
                )
        lines = [f"from {self._relation(self.base)} as {self.asked.explore}"]
        lines += [
            f"left join {self._relation(name)} as {name}\n    on {conditions[name]}"
            for name in self.joins
            if name in conditions
        ]
        return lines

    def _relation(self, view: str) -> str:
        told = self.lookml.views[view][1]
        if "sql_table_name" in told:
            return str(told["sql_table_name"])
        defaults = {one["name"]: one.get("default_value", "") for one in told.get("parameters", [])}
        values = {**defaults, **self.asked.parameters}
        allowed = {
            one["name"]: {each["value"] for each in one["allowed_values"]}
            for one in told.get("parameters", [])
        }

        def value(found: re.Match[str]) -> str:
            name = found[1]
            if values.get(name) not in allowed.get(name, set()):
                raise UsageError(
                    f"'{values.get(name)}' is no {name} of {view}.",
                    f"Use one of {', '.join(sorted(allowed.get(name, set())))}.",
                )
            return str(values[name])

        return f"(\n{_PARAMETER.sub(value, told['derived_table']['sql'])}\n)"


def explore_sql(lookml: Lookml, asked: Asked) -> str:
    """Return the SQL that answers a question to an explore.

    Views that no field needs are not joined.

    Raises
    ------
    UsageError
        If there is no such explore, view, field or value of a parameter, or a join would count
        rows more than once.
    """
    return _Question(lookml, asked).sql()
