"""What a table was before a change and is now: columns, rows, and which columns' values moved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onemart.warehouse import Warehouse

__all__ = ["ModelChange", "compare_models"]

_FLOATS = {"double", "float"}


@dataclass(frozen=True)
class ModelChange:
    """A model or seed before and now.

    Attributes
    ----------
    name : str
        Its name.
    what : str
        new, removed, changed; `rebuilt` where it only reads what changed.
    rows : tuple of (int or None)
        Before and now; None where it is not there.
    added, removed : list of str
        Columns.
    retyped : dict
        By column that has another type, the type before and now.
    moved : list of str or None
        Columns of both whose values differ, taken over all rows, whatever their order; None where
        they were not compared: with more or fewer rows every column differs, and a view is not read
        to its end.
    """

    name: str
    what: str
    rows: tuple[int | None, int | None]
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    retyped: dict[str, tuple[str, str]] = field(default_factory=dict)
    moved: list[str] | None = None

    @property
    def is_as_before(self) -> bool:
        """Whether nothing that was compared differs."""
        is_same = self.rows[0] == self.rows[1] and not self.moved
        return is_same and not (self.added or self.removed or self.retyped)


def compare_models(
    before: tuple[Warehouse, Mapping[str, Any]],
    now: tuple[Warehouse, Mapping[str, Any]],
    asked: Mapping[str, str],
) -> list[ModelChange]:
    """Compare models and seeds of two DuckDB files.

    Parameters
    ----------
    before, now : tuple
        A warehouse, and the nodes of the manifest that it was built by.
    asked : Mapping
        By unique id, how the model came to be compared: `changed` or `rebuilt`.
    """
    changes = []
    for unique_id, what in asked.items():
        sides = [_Side.of(warehouse, nodes.get(unique_id)) for warehouse, nodes in (before, now)]
        changes.append(_compare(unique_id.split(".")[-1], what, *sides))
    return changes


@dataclass(frozen=True)
class _Side:
    """One of the two: `kind` is table, view, or empty where the model is not there."""

    warehouse: Warehouse
    place: str
    kind: str
    columns: dict[str, str]

    @classmethod
    def of(cls, warehouse: Warehouse, node: Mapping[str, Any] | None) -> "_Side":
        if node is None:
            return cls(warehouse, "", "", {})
        schema, table = str(node["schema"]), str(node["alias"])
        kind = warehouse.tables(schema).get(table, "")
        columns = warehouse.columns(schema, table) if kind else {}
        return cls(warehouse, warehouse.table(schema, table), kind, columns)

    def count(self) -> int | None:
        if not self.kind:
            return None
        return int(self.warehouse.value(f"select count(*) as records from {self.place}"))

    def sums(self, columns: list[str]) -> dict[str, Any]:
        """Return, by column, a sum over hashes: equal values in any order give equal sums."""
        name = self.warehouse.dialect.name
        told = ", ".join(
            f"sum(cast(hash({self._comparable(column)}) as hugeint)) as {name(column)}"
            for column in columns
        )
        return self.warehouse.dicts(f"select {told} from {self.place}")[0]

    def _comparable(self, column: str) -> str:
        name = self.warehouse.dialect.name(column)
        # The last digits of a float hang on the order in which it was added up.
        is_float = self.columns[column] in _FLOATS
        return f"format('{{:.6e}}', {name})" if is_float else name


def _compare(name: str, what: str, before: _Side, now: _Side) -> ModelChange:
    if not before.kind or not now.kind:
        told = what if before.kind == now.kind else "removed" if before.kind else "new"
        return ModelChange(name, told, (before.count(), now.count()))
    both = [column for column in now.columns if column in before.columns]
    retyped = {
        column: (before.columns[column], now.columns[column])
        for column in both
        if before.columns[column] != now.columns[column]
    }
    alike = [column for column in both if column not in retyped]
    moved: list[str] | None = None
    rows = before.count(), now.count()
    if before.kind == now.kind == "table" and rows[0] == rows[1]:
        sums = [side.sums(alike) if alike else {} for side in (before, now)]
        moved = [column for column in alike if sums[0][column] != sums[1][column]]
    return ModelChange(
        name,
        what,
        rows,
        [column for column in now.columns if column not in before.columns],
        [column for column in before.columns if column not in now.columns],
        retyped,
        moved,
    )
