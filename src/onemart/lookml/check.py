"""Whether a LookML project holds together: what `lkml`, which knows syntax only, cannot say."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import sqlglot
from sqlglot import expressions
from sqlglot.optimizer.qualify import qualify

from onemart.lookml.definitions import Definitions
from onemart.lookml.known import KEYS, NEEDED, VALUES
from onemart.lookml.read import Lookml, Problem, Told, expanded

__all__ = ["check_lookml"]

_REFERENCE = re.compile(r"\$\{(?:(\w+)\.)?(\w+)\}(?:\.(\w+))?")
_PARAMETER = re.compile(r"\{%\s*parameter\s+(\w+)\s*%\}")


def check_lookml(lookml: Lookml, definitions: Definitions, dialect: str) -> list[Problem]:
    """Return what is wrong with a project, each with its file, view and field.

    Checked are the keys and types of all things, that every `${reference}` is a field and every
    column one of its table, that a view has one primary key, that PII asks for an access grant, and
    that dashboards show fields of their explores.

    Parameters
    ----------
    definitions : Definitions
        The marts with their columns, as their contracts have them.
    dialect : str
        Of the SQL, `duckdb` or `bigquery`.
    """
    return [*lookml.problems, *_Checker(lookml, definitions, dialect).problems()]


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'ae' else 'a'} {kind}"


class _Checker:
    def __init__(self, lookml: Lookml, definitions: Definitions, dialect: str) -> None:
        self.lookml = lookml
        self.definitions = definitions
        self.dialect = dialect
        self.of_relation = {one.relation: one for one in definitions.tables.values()}
        self.fields = {
            name: {field: (kind, told) for field, kind, told in expanded(view)}
            for name, (_, view) in lookml.views.items()
        }
        self.grants = {
            grant["name"]
            for model in lookml.models.values()
            for grant in model.get("access_grants", [])
        }

    def problems(self) -> Iterator[Problem]:
        for file, model in self.lookml.models.items():
            if file.endswith(".model.lkml"):
                yield from self._keys(file, "model", model)
                for kind in ("access_grant", "datagroup"):
                    for one in model.get(f"{kind}s", []):
                        yield from self._keys(file, kind, one, field=one["name"])
        for name, (file, view) in self.lookml.views.items():
            yield from self._view(file, name, view)
        for name, (file, explore) in self.lookml.explores.items():
            yield from self._explore(file, name, explore)
        for name, (file, board) in self.lookml.dashboards.items():
            yield from self._dashboard(file, name, board)

    def _keys(
        self, file: str, kind: str, told: Told, view: str = "", field: str = ""
    ) -> Iterator[Problem]:
        """Check what a thing says by name alone."""
        for key in told:
            if key not in KEYS[kind]:
                yield Problem(file, f"'{key}' is nothing that {_a(kind)} says here.", view, field)
        for key in sorted(NEEDED.get(kind, set()) - set(told)):
            yield Problem(file, f"this {kind} does not say its {key}.", view, field)
        for (of, key), values in VALUES.items():
            if of == kind and key in told and str(told[key]) not in values:
                what = f"{key} '{told[key]}' is none of {', '.join(sorted(values))}."
                yield Problem(file, what, view, field)
        for grant in told.get("required_access_grants", []):
            if grant not in self.grants:
                what = f"access grant '{grant}' is in no model file."
                yield Problem(file, what, view, field)

    def _view(self, file: str, name: str, view: Told) -> Iterator[Problem]:
        yield from self._keys(file, "view", view, name)
        columns, wrong = self._columns(view)
        if wrong:
            yield Problem(file, wrong, name)
        listed = [field for field, _, _ in expanded(view)]
        for field, count in Counter(listed).items():
            if count > 1:
                yield Problem(file, "stands more than once.", name, field)
        keys = [one for one in view.get("dimensions", []) if one.get("primary_key") == "yes"]
        if len(keys) != 1:
            yield Problem(file, f"has {len(keys)} primary keys, and needs one.", name)
        for field, kind, told in expanded(view):
            yield from self._keys(file, kind, told, name, field)
            if kind != "parameter" and "sql" in told:
                yield from self._sql(file, name, (field, kind, told), columns)

    def _columns(self, view: Told) -> tuple[Mapping[str, bool] | None, str]:
        """Return a view's columns, each with whether it is PII, or why they are not known."""
        if "sql_table_name" in view:
            table = self.of_relation.get(view["sql_table_name"])
            if not table:
                return None, f"there is no mart {view['sql_table_name']}."
            return {one.name: self._personal(one.name, one.is_personal)
                    for one in table.columns.values()}, ""  # fmt: skip
        if "derived_table" not in view:
            return None, "is of no table."
        parameters = {one["name"]: one for one in view.get("parameters", [])}
        sql = view["derived_table"].get("sql", "")
        for name in _PARAMETER.findall(sql):
            if name not in parameters:
                return None, f"its SQL asks for a parameter '{name}', which the view has not."
        try:
            told = self._qualified(_PARAMETER.sub("x", sql))
        except sqlglot.errors.SqlglotError as error:
            return None, f"its SQL cannot be read: {' '.join(str(error).split())[:200]}"
        personal = {
            column.name
            for table in self.definitions.tables.values()
            for column in table.columns.values()
            if column.is_personal
        }
        return {name: self._personal(name, name in personal) for name in told}, ""

    def _personal(self, name: str, is_classed: bool) -> bool:  # noqa: FBT001
        return is_classed or name in self.definitions.personal

    def _qualified(self, sql: str) -> list[str]:
        """Return the columns of a select; raises if one of its own is in no table."""
        schema: dict[str, Any] = {}
        for table in self.definitions.tables.values():
            parts = [part.name for part in expressions.to_table(table.relation, self.dialect).parts]
            place = schema
            for part in parts[:-1]:
                place = place.setdefault(part, {})
            place[parts[-1]] = dict.fromkeys(table.columns, "varchar")
        tree = sqlglot.parse_one(sql, dialect=self.dialect)
        qualified: Any = qualify(tree, schema=schema, dialect=self.dialect)
        return list(qualified.named_selects)

    def _sql(
        self,
        file: str,
        view: str,
        field: tuple[str, str, Told],
        columns: Mapping[str, bool] | None,
    ) -> Iterator[Problem]:
        name, kind, told = field
        is_granted = bool(told.get("required_access_grants")) or bool(
            self.lookml.views[view][1].get("required_access_grants")
        )
        for of, referred, column in _REFERENCE.findall(told["sql"]):
            if referred == "TABLE":
                if columns is not None and column not in columns:
                    yield Problem(file, f"its table has no column '{column}'.", view, name)
                elif columns and columns[column] and not is_granted:
                    what = f"column '{column}' is PII, and asks for no access grant."
                    yield Problem(file, what, view, name)
                continue
            found = self.fields.get(of or view, {}).get(referred)
            if not found:
                place = f"{of}." if of else ""
                yield Problem(file, f"there is no field ${{{place}{referred}}}.", view, name)
            elif found[0] == "measure" and (kind != "measure" or told.get("type") != "number"):
                what = (
                    f"${{{referred}}} is a measure; only measures of type number are made of some."
                )
                yield Problem(file, what, view, name)

    def _explore(self, file: str, name: str, explore: Told) -> Iterator[Problem]:
        yield from self._keys(file, "explore", explore, name)
        if name not in self.fields:
            yield Problem(file, f"there is no view '{name}'.", name)
            return
        known = {name}
        for join in explore.get("joins", []):
            joined = join["name"]
            yield from self._keys(file, "join", join, name, joined)
            if joined not in self.fields:
                yield Problem(file, f"there is no view '{joined}'.", name, joined)
            if joined in known:
                yield Problem(file, "is joined more than once.", name, joined)
            known.add(joined)
            for of, referred, _ in _REFERENCE.findall(join.get("sql_on", "")):
                if of not in known or referred not in self.fields.get(of, {}):
                    what = f"its sql_on asks for ${{{of}.{referred}}}, which is not there."
                    yield Problem(file, what, name, joined)
        for field, (_, told) in self.fields[name].items():
            for of, _, _ in _REFERENCE.findall(told.get("sql", "")):
                if of and of not in known:
                    what = f"field {field} needs view '{of}', which is not joined."
                    yield Problem(file, what, name)

    def _dashboard(self, file: str, name: str, board: Told) -> Iterator[Problem]:
        yield from self._keys(file, "dashboard", board, name)
        filters = {one["name"] for one in board.get("filters", [])}
        for one in board.get("filters", []):
            yield from self._keys(file, "filter", one, name, str(one["name"]))
            if "field" in one:
                yield from self._of_explore(file, name, one, [one["field"]])
        for element in board.get("elements", []):
            title = str(element.get("name") or element.get("title"))
            yield from self._keys(file, "element", element, name, title)
            listed = [*element.get("fields", []), *element.get("filters", {}),
                      *element.get("listen", {}).values()]  # fmt: skip
            listed += [str(one).split()[0] for one in element.get("sorts", [])]
            yield from self._of_explore(file, name, element, listed)
            for listened in sorted(set(element.get("listen", {})) - filters):
                yield Problem(file, f"there is no filter '{listened}'.", name, title)

    def _of_explore(
        self, file: str, board: str, told: Told, fields: list[str]
    ) -> Iterator[Problem]:
        """Check that fields are in the explore that an element or a filter names."""
        title = str(told.get("name") or told.get("title"))
        explore = str(told.get("explore", ""))
        if explore not in self.lookml.explores:
            yield Problem(file, f"there is no explore '{explore}'.", board, title)
            return
        joins = self.lookml.explores[explore][1].get("joins", [])
        views = {explore, *(one["name"] for one in joins)}
        for field in fields:
            view, _, plain = field.partition(".")
            if view not in views or plain not in self.fields.get(view, {}):
                what = f"explore {explore} has no field '{field}'."
                yield Problem(file, what, board, title)
