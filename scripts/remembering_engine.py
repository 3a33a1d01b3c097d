"""The emulator's engine, with a memory for what its tables look like.

The emulator looks up each table of each statement, and DuckDB answers by going through the columns
of all tables there are. With the tables of a shop or two this was half of its work. So a table is
looked up once, and asked for by its name alone.
"""

import functools
import re
import threading
from collections.abc import Callable
from typing import Any

import duckdb
from crucible.engine import Engine, ExecContext, TableInfo
from crucible.engine.catalog import Catalog, qualified
from crucible.engine.errors import CrucibleError
from crucible.engine.types import Column, parse_type

_DEFINITION = re.compile(
    r'\s*(?:CREATE|ALTER|DROP)\b(?P<kind>[^"]*)(?P<name>(?:"[^"]*"\.?)+)', re.IGNORECASE
)


class RememberingEngine(Engine):  # type: ignore[misc]
    """Asks DuckDB for a table once, and again after its definition was changed."""

    def __init__(self) -> None:
        super().__init__(None)
        self.memory: dict[str, Any] = {}
        self.views: set[str] = set()
        self._memory_lock = threading.Lock()
        self._changes = 0

    def catalog(self, cursor: duckdb.DuckDBPyConnection) -> "RememberedCatalog":
        """Return the catalog that a request works with."""
        return RememberedCatalog(self, cursor)

    def remembered(self, name: str, read: Callable[[], Any]) -> Any:
        """Return what is remembered of `name`, else read it."""
        with self._memory_lock:
            if name in self.memory:
                return self.memory[name]
            before = self._changes
        found = read()
        with self._memory_lock:
            # What was read while something changed may be from before the change.
            if before == self._changes:
                self.memory[name] = found
        return found

    def define(self, name: str, *, is_view: bool) -> None:
        """Know whether `name` is a view from now on."""
        with self._memory_lock:
            (self.views.add if is_view else self.views.discard)(name)

    def forget(self, name: str) -> None:
        """Read `name` anew the next time."""
        with self._memory_lock:
            self._changes += 1
            self.memory.pop(name, None)

    def forget_all(self) -> None:
        """Read everything anew the next time."""
        with self._memory_lock:
            self._changes += 1
            self.memory.clear()

    def reset(self) -> None:
        """Drop all there is."""
        super().reset()
        self.views.clear()
        self.forget_all()


class RememberedCatalog(Catalog):  # type: ignore[misc]
    """A catalog that looks into the engine's memory first."""

    _engine: RememberingEngine

    def schemas(self, catalog: str) -> list[str]:
        """Return the datasets of a project."""
        read = super().schemas
        # Nothing tells when a project comes into being.
        if not self.catalog_exists(catalog):
            return []
        return list(self._engine.remembered(qualified(catalog), lambda: read(catalog)))

    def ensure_schema(self, catalog: str, schema: str) -> None:
        """Create a dataset where it is missing."""
        super().ensure_schema(catalog, schema)
        self._engine.forget(qualified(catalog))

    def drop_schema(self, catalog: str, schema: str, *, cascade: bool) -> None:
        """Drop a dataset with all that is in it."""
        super().drop_schema(catalog, schema, cascade=cascade)
        self._engine.forget_all()

    def table(self, catalog: str, schema: str, name: str) -> TableInfo | None:
        """Return a table or view, or None where there is none."""
        if not self.catalog_exists(catalog):
            return None
        return self._engine.remembered(
            qualified(catalog, schema, name).lower(), lambda: self._read(catalog, schema, name)
        )

    def _read(self, catalog: str, schema: str, name: str) -> TableInfo | None:
        """Look a table up; its name is taken as asked for, which is how our names are stored."""
        try:
            columns = self._rows(
                "select name, type from pragma_table_info(?) order by cid",
                [qualified(catalog, schema, name)],
            )
        except CrucibleError:
            return None
        is_view = qualified(catalog, schema, name).lower() in self._engine.views
        return TableInfo(
            catalog=catalog,
            schema=schema,
            name=name,
            kind="view" if is_view else "table",
            columns=[Column(column, parse_type(kind)) for column, kind in columns],
            properties=self.properties(catalog, schema, name),
        )

    def set_properties(self, catalog: str, schema: str, name: str, props: dict[str, Any]) -> None:
        """Replace an object's properties."""
        super().set_properties(catalog, schema, name, props)
        self._engine.forget(qualified(catalog, schema, name).lower())

    def clear_properties(self, catalog: str, schema: str, name: str) -> None:
        """Forget an object's properties."""
        super().clear_properties(catalog, schema, name)
        self._engine.forget(qualified(catalog, schema, name).lower())


def forgets_what_it_changes(run_sql: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method `run_sql` of a request's context, which runs all definitions of tables."""

    @functools.wraps(run_sql)
    def run(context: ExecContext, sql: str, *arguments: Any, **options: Any) -> Any:
        changed = _DEFINITION.match(sql)
        try:
            result = run_sql(context, sql, *arguments, **options)
            if changed:
                is_view = "view" in changed["kind"].lower()
                context.engine.define(changed["name"].lower(), is_view=is_view)
        finally:
            if changed:
                context.engine.forget(changed["name"].lower())
        return result

    return run


ExecContext.run_sql = forgets_what_it_changes(ExecContext.run_sql)
