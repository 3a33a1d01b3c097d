"""What a statement reads of which tables: the columns, and all days or those that it names.

BigQuery leaves partitions out only where the partition column is compared with constants, and where
that comparison can be carried down to the table: through views, CTEs and derived tables that hand
the column on unchanged, but not through a cast, a limit, an aggregate or a window over more than
one day. The rules here err on the strict side.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from onemart.verify.days import NEVER, Days, both, compared, either

__all__ = ["Catalog", "Read", "Relation", "Scan", "path_of", "scan", "without_shop"]

_ALL = "*"  # as a column: no row is read, so no day of any column
# How many rows a query can have: what it spells out, those of some table, of a partitioned table.
_NOTHING, _TABLE, _PARTITIONED = range(3)


@dataclass(frozen=True)
class Relation:
    """A table or a view.

    Attributes
    ----------
    columns : tuple of str
        Names, in order.
    partition : str or None
        The column by whose day a table is partitioned.
    query : sqlglot.exp.Query or None
        What a view selects.
    """

    columns: tuple[str, ...] = ()
    partition: str | None = None
    query: exp.Query | None = None


@dataclass(frozen=True)
class Read:
    """A table in a statement.

    Attributes
    ----------
    table : str
        Its name as `dataset.table`.
    columns : frozenset of str
        The columns that are read.
    partition : str or None
        The column by whose day it is partitioned.
    days : Days or None
        The days that constants name; None where they name none, so that all are read.
    """

    table: str
    columns: frozenset[str]
    partition: str | None = None
    days: Days | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all days of a partitioned table are read."""
        return self.partition is not None and self.days is None


@dataclass
class Scan:
    """What a statement reads, and the rows that it puts in one order.

    Attributes
    ----------
    reads : list of Read
        A table that is read twice is there twice.
    sorts : list of str
        The parts that sort all rows on one machine.
    """

    reads: list[Read] = field(default_factory=list)
    sorts: list[str] = field(default_factory=list)


class Catalog(dict[str, Relation]):
    """The tables and views that statements created so far, by `dataset.table`."""

    def learn(self, statement: exp.Expr) -> None:
        """Take in what a statement of DDL creates, changes or drops."""
        if isinstance(statement, exp.Create) and statement.kind in {"TABLE", "VIEW"}:
            self._create(statement)
        elif isinstance(statement, exp.Alter):
            there = self.get(path_of(statement.this))
            added = tuple(
                action.name.lower()
                for action in statement.args["actions"]
                if isinstance(action, exp.ColumnDef)
            )
            if there:
                columns = tuple(dict.fromkeys((*there.columns, *added)))
                self[path_of(statement.this)] = Relation(columns, there.partition, there.query)
        elif isinstance(statement, exp.Drop):
            for table in statement.args.get("tables") or [statement.this]:
                self.pop(path_of(table), None)

    def _create(self, statement: exp.Create) -> None:
        table = statement.this.find(exp.Table)
        if table is None or (statement.args.get("exists") and path_of(table) in self):
            return
        query = statement.expression
        selected = query if isinstance(query, exp.Query) else None
        defined = [
            column.name.lower()
            for column in getattr(statement.this, "expressions", [])
            if isinstance(column, exp.ColumnDef)
        ]
        columns = tuple(defined) or (_Reader(self).columns(selected, {}) if selected else ())
        # What dbt makes for the new rows of an incremental build holds nothing else: all is read.
        is_between = "__dbt_tmp" in path_of(table)
        parts = None if is_between else statement.find(exp.PartitionedByProperty)
        column = parts and (parts.find(exp.Column) or parts.find(exp.Identifier))
        self[path_of(table)] = Relation(
            columns,
            column.name.lower() if column else None,
            selected if statement.kind == "VIEW" else None,
        )


def path_of(table: exp.Expr) -> str:
    """Return a table's name as `dataset.table`; the project is always the same."""
    return f"{table.args['db'].name if table.args.get('db') else ''}.{table.name}".lower()


def without_shop(path: str) -> str:
    """Return `dataset.table` as `schema.table`, without the prefix of the shop's datasets."""
    dataset, _, table = path.partition(".")
    return f"{dataset.rpartition('_')[2]}.{table}"


def scan(statement: exp.Expr, catalog: Mapping[str, Relation]) -> Scan:
    """Return what a statement reads; a definition of a view reads nothing.

    Parameters
    ----------
    statement : sqlglot.exp.Expr
        SELECT, CREATE … AS, INSERT, MERGE, UPDATE or DELETE.
    catalog : Mapping
        The tables and views there are.
    """
    reader = _Reader(catalog)
    for query in _outermost(statement):
        reader.walk(query, {}, None, {})
    if isinstance(statement, exp.Create) and statement.kind == "VIEW":
        reader.found.reads.clear()
    if isinstance(statement, exp.Merge | exp.Update | exp.Delete):
        reader.change(statement)
    return reader.found


def _outermost(expression: exp.Expr) -> Iterator[exp.Query]:
    """Yield the queries inside an expression, but not those inside these."""
    if isinstance(expression, exp.Query):
        yield expression
        return
    for node in expression.iter_expressions():
        yield from _outermost(node)


@dataclass(frozen=True)
class _Cte:
    query: exp.Query
    ctes: "_Ctes"


_Ctes = Mapping[str, _Cte]
_Place = tuple[str, str]  # a source of a select, and a column of it
_Limits = Mapping[str, Days]  # the days that constants leave of a column
_Needed = frozenset[str] | None  # the columns that somebody looks at; None for all


@dataclass(frozen=True)
class _Source:
    """Something in FROM: its columns, and how it is read by who needs which of them."""

    columns: tuple[str, ...]
    read: Callable[[_Limits, _Needed], None]
    size: int = _NOTHING


class _Reader:
    def __init__(self, catalog: Mapping[str, Relation]) -> None:
        self.catalog = catalog
        self.found = Scan()
        # What was found out about queries, which are met again through each star above them.
        self._columns: dict[int, tuple[str, ...]] = {}
        self._sizes: dict[int, int] = {}

    def walk(self, query: exp.Query, limits: _Limits, needed: _Needed, ctes: _Ctes) -> None:
        """Follow `query` down to its tables, which read no more than the one above asks for."""
        query, ctes = _unwrapped(query, ctes)
        if query.args.get("order") and not query.args.get("limit") and self._size(query, ctes):
            self.found.sorts.append("order by without limit")
        if isinstance(query, exp.SetOperation):
            names = self.columns(query, ctes)
            needed = None if query.args.get("distinct") else needed
            for branch in (query.this, query.expression):
                own = dict(zip(names, self.columns(branch, ctes), strict=False))
                self.walk(
                    branch,
                    {own.get(name, name): days for name, days in limits.items()},
                    None if needed is None else frozenset(own.get(one, one) for one in needed),
                    ctes,
                )
        elif isinstance(query, exp.Select):
            self._select(query, limits, needed, ctes)

    def _select(self, select: exp.Select, limits: _Limits, needed: _Needed, ctes: _Ctes) -> None:
        sources = self._sources(select, ctes)
        places = _limits(select, sources)
        for column, days in limits.items():
            for place in self._handed_on(select, column, sources):
                places[place] = both(days, places[place]) if place in places else days
        is_empty = _ALL in limits or ("", _ALL) in places
        asked = _asked(select, needed, sources)
        for name, source in sources.items():
            own = {column: days for (place, column), days in places.items() if place == name}
            source.read(
                {_ALL: NEVER} if is_empty else own,
                frozenset(column for place, column in asked if place == name),
            )
        in_from = {id(node) for node in _from(select)}
        for part in select.iter_expressions():
            for nested in _nested(part, in_from):
                self.walk(nested, {_ALL: NEVER} if is_empty else {}, None, ctes)
        if self._size(select, ctes) == _PARTITIONED:
            self.found.sorts += [
                f"{window.this.sql('bigquery')} over all rows"
                for window in _windows(select)
                if window.args.get("order") and not window.args.get("partition_by")
            ]

    def change(self, statement: exp.Merge | exp.Update | exp.Delete) -> None:
        """Add how much of its target a statement has to look through."""
        target = statement.this
        relation = self.catalog.get(path_of(target))
        if relation is None or relation.partition is None:
            return
        name = target.alias_or_name.lower()
        sources = {name: _Source(relation.columns, lambda *_: None)}
        if not isinstance(statement, exp.Merge):
            where = statement.args.get("where")
            conditions = [where.this if where else exp.true()]
        else:
            if not statement.args["on"].find(exp.Column) and all(
                isinstance(when.args["then"], exp.Insert) for when in _whens(statement)
            ):
                return  # it only adds
            conditions = [
                exp.and_(statement.args["on"], when.args.get("condition"))
                if when.args.get("matched")
                else when.args.get("condition") or exp.true()
                for when in _whens(statement)
                if not isinstance(when.args["then"], exp.Insert)
            ] or [statement.args["on"]]
        days: Days | None = NEVER
        for condition in conditions:
            found = _constants(condition, sources)
            named = NEVER if ("", _ALL) in found else found.get((name, relation.partition))
            days = None if days is None or named is None else either(days, named)
        # What is changed is paid for with all its columns.
        columns = frozenset(relation.columns)
        self.found.reads.append(Read(path_of(target), columns, relation.partition, days))

    def columns(self, query: exp.Query, ctes: _Ctes) -> tuple[str, ...]:
        """Return the names of a query's columns."""
        known = id(query)
        if known not in self._columns:
            self._columns[known] = self._named(query, ctes)
        return self._columns[known]

    def _named(self, query: exp.Query, ctes: _Ctes) -> tuple[str, ...]:
        query, ctes = _unwrapped(query, ctes)
        if isinstance(query, exp.SetOperation):
            return self.columns(query.this, ctes)
        if not isinstance(query, exp.Select):
            return ()
        sources = self._sources(query, ctes)
        names: list[str] = []
        for projection in query.expressions:
            if projection.is_star:
                for name, source in sources.items():
                    if _stars(projection, name):
                        names += [
                            column for column in source.columns if not _left_out(projection, column)
                        ]
            else:
                names.append(projection.alias_or_name.lower())
        return tuple(dict.fromkeys(names))

    def _sources(self, select: exp.Select, ctes: _Ctes) -> dict[str, _Source]:
        return {
            node.alias_or_name.lower() or str(place): self._source(node, ctes)
            for place, node in enumerate(_from(select))
        }

    def _source(self, node: exp.Expr, ctes: _Ctes) -> _Source:
        if isinstance(node, exp.Table):
            cte = None if node.args.get("db") else ctes.get(node.name.lower())
            if cte:
                return self._query_source(cte.query, cte.ctes)
            path = path_of(node)
            relation = self.catalog.get(path, Relation())
            if relation.query:
                return self._view_source(relation.query)
            return _Source(
                relation.columns,
                lambda limits, needed: self._read(path, relation, limits, needed),
                _TABLE if relation.partition is None else _PARTITIONED,
            )
        if isinstance(node, exp.Query):
            return self._query_source(node, ctes)
        return _Source((), lambda *_: None)

    def _view_source(self, query: exp.Query) -> _Source:
        source = self._query_source(query, {})

        def read(limits: _Limits, needed: _Needed) -> None:
            sorts = len(self.found.sorts)
            source.read(limits, needed)
            # What a view sorts is told of the view.
            del self.found.sorts[sorts:]

        return _Source(source.columns, read, source.size)

    def _query_source(self, query: exp.Query, ctes: _Ctes) -> _Source:
        return _Source(
            self.columns(query, ctes),
            lambda limits, needed: self.walk(query, limits, needed, ctes),
            self._size(query, ctes),
        )

    def _size(self, query: exp.Query, ctes: _Ctes) -> int:
        known = id(query)
        if known not in self._sizes:
            self._sizes[known] = self._largest(query, ctes)
        return self._sizes[known]

    def _largest(self, query: exp.Query, ctes: _Ctes) -> int:
        query, ctes = _unwrapped(query, ctes)
        if isinstance(query, exp.SetOperation):
            return max(self._size(one, ctes) for one in (query.this, query.expression))
        if not isinstance(query, exp.Select):
            return _NOTHING
        sizes = [source.size for source in self._sources(query, ctes).values()]
        most = _TABLE if _aggregates(query) or query.args.get("distinct") else _PARTITIONED
        return min(max(sizes, default=_NOTHING), most)

    def _read(self, path: str, relation: Relation, limits: _Limits, needed: _Needed) -> None:
        columns = frozenset(relation.columns)
        if _ALL in limits:
            columns = frozenset()
        elif needed is not None:
            columns &= needed
        days = None
        if relation.partition is not None:
            days = limits.get(_ALL, limits.get(relation.partition))
        self.found.reads.append(Read(path, columns, relation.partition, days))

    def _handed_on(
        self, select: exp.Select, column: str, sources: Mapping[str, _Source]
    ) -> set[_Place]:
        """Return where a limit on an output column holds inside, if it can be carried there."""
        if select.args.get("limit") or select.args.get("offset"):
            return set()
        place = _origin(select, column, sources)
        if place is None:
            return set()
        if _aggregates(select) and place not in _grouped(select, sources):
            return set()
        for window in _windows(select):
            keys = {_place(key, sources) for key in window.args.get("partition_by") or []}
            if place not in keys:
                return set()
        return {place}


def _unwrapped(query: exp.Query, ctes: _Ctes) -> tuple[exp.Query, _Ctes]:
    """Return a query without parentheses around it, and the CTEs that it sees."""
    while True:
        stated = query.args.get("with_")
        for cte in stated.expressions if stated else []:
            ctes = {**ctes, cte.alias.lower(): _Cte(cte.this, ctes)}
        if not isinstance(query, exp.Subquery):
            return query, ctes
        query = query.this


def _from(select: exp.Select) -> list[exp.Expr]:
    first = select.args.get("from_")
    joins = select.args.get("joins") or []
    return [*([first.this] if first else []), *(join.this for join in joins)]


def _whens(merge: exp.Merge) -> list[exp.When]:
    return list(merge.args["whens"].expressions)


def _nested(part: exp.Expr, in_from: set[int]) -> Iterator[exp.Query]:
    """Yield the queries in a clause, which are neither CTEs nor in FROM."""
    if isinstance(part, exp.With) or id(part) in in_from:
        return
    if isinstance(part, exp.Query):
        yield part
        return
    for node in part.iter_expressions():
        yield from _nested(node, in_from)


def _own(select: exp.Select, kind: type[exp.Expr]) -> Iterator[exp.Expr]:
    """Yield nodes of what a select computes, not of queries inside it."""
    clauses = [
        *select.expressions,
        *filter(None, (select.args.get("qualify"), select.args.get("having"))),
    ]
    for clause in clauses:
        for node in clause.walk(prune=lambda node: isinstance(node, exp.Query)):
            if isinstance(node, kind):
                yield node


def _windows(select: exp.Select) -> list[exp.Expr]:
    return list(_own(select, exp.Window))


def _aggregates(select: exp.Select) -> bool:
    return bool(select.args.get("group")) or any(
        not isinstance(node.find_ancestor(exp.Window, exp.Select), exp.Window)
        for node in _own(select, exp.AggFunc)
    )


def _stars(projection: exp.Expr, source: str) -> bool:
    """Whether `*` or `source.*` takes in the columns of a source."""
    table = projection.args.get("table") if isinstance(projection, exp.Column) else None
    return table is None or table.name.lower() == source


def _left_out(projection: exp.Expr, column: str) -> bool:
    star = projection if isinstance(projection, exp.Star) else projection.this
    left_out = (star.args.get("except_") or []) + (star.args.get("replace") or [])
    return column in {node.alias_or_name.lower() for node in left_out}


def _origin(select: exp.Select, column: str, sources: Mapping[str, _Source]) -> _Place | None:
    """Return the place whose value an output column has unchanged."""
    for projection in select.expressions:
        if projection.is_star:
            for name, source in sources.items():
                has = column in source.columns or (len(sources) == 1 and not source.columns)
                if has and _stars(projection, name) and not _left_out(projection, column):
                    return name, column
        elif projection.alias_or_name.lower() == column:
            return _place(projection.unalias(), sources)
    return None


def _grouped(select: exp.Select, sources: Mapping[str, _Source]) -> set[_Place | None]:
    group = select.args.get("group")
    keys: set[_Place | None] = set()
    for key in group.expressions if group else []:
        if isinstance(key, exp.Literal) and not key.is_string:
            keys.add(_place(select.expressions[int(key.this) - 1].unalias(), sources))
        else:
            # A name in GROUP BY is a column of a source, or of the select itself.
            keys |= {_place(key, sources), _origin(select, key.name.lower(), sources)}
    return keys


def _place(node: exp.Expr, sources: Mapping[str, _Source]) -> _Place | None:
    """Return the source and the column that an expression is, or None where it is more."""
    while isinstance(node, exp.Paren):
        node = node.this
    if not isinstance(node, exp.Column) or node.is_star:
        return None
    name = node.name.lower()
    if node.table:
        return node.table.lower(), name
    for source, told in sources.items():
        if name in told.columns:
            return source, name
    return (next(iter(sources)), name) if len(sources) == 1 else None


def _asked(select: exp.Select, needed: _Needed, sources: Mapping[str, _Source]) -> set[_Place]:
    """Return the columns of its sources that a select looks at, if `needed` is asked of it."""
    if select.args.get("distinct"):
        needed = None
    asked: set[_Place] = set()
    looked_at: list[exp.Expr] = []
    for projection in select.expressions:
        if projection.is_star:
            asked |= {
                (name, column)
                for name, source in sources.items()
                for column in source.columns
                if _stars(projection, name)
                and not _left_out(projection, column)
                and (needed is None or column in needed)
            }
        elif needed is None or projection.alias_or_name.lower() in needed:
            looked_at.append(projection)
    for clause in ("where", "group", "having", "qualify", "order"):
        looked_at += filter(None, [select.args.get(clause)])
    looked_at += [join.args["on"] for join in select.args.get("joins") or [] if join.args.get("on")]
    for expression in looked_at:
        for column in expression.find_all(exp.Column):
            if place := _place(column, sources):
                asked.add(place)
    return asked


def _limits(select: exp.Select, sources: Mapping[str, _Source]) -> dict[_Place, Days]:
    """Return the places that a select's own conditions compare with constants."""
    where = select.args.get("where")
    places = _constants(where.this, sources) if where else {}
    for join in select.args.get("joins") or []:
        found = _constants(join.args["on"], sources) if join.args.get("on") else {}
        joined = join.this.alias_or_name.lower()
        for place, days in found.items():
            # The kept side of an outer join keeps all its rows, whatever ON says.
            is_kept = {"LEFT": place[0] != joined, "RIGHT": place[0] == joined, "FULL": True}
            if not is_kept.get(join.side, False):
                places[place] = both(days, places[place]) if place in places else days
    return places


def _constants(condition: exp.Expr, sources: Mapping[str, _Source]) -> dict[_Place, Days]:
    """Return the places that must equal, or lie between, constants for a condition to hold."""
    if isinstance(condition, exp.Paren):
        return _constants(condition.this, sources)
    if isinstance(condition, exp.Boolean):
        return {} if condition.this else {("", _ALL): NEVER}
    if isinstance(condition, exp.And | exp.Or):
        one, other = (_constants(side, sources) for side in (condition.left, condition.right))
        shared = one.keys() & other.keys()
        if isinstance(condition, exp.And):
            return {**one, **other, **{place: both(one[place], other[place]) for place in shared}}
        if ("", _ALL) in one or ("", _ALL) in other:
            return other if ("", _ALL) in one else one
        return {place: either(one[place], other[place]) for place in shared}
    found = compared(condition)
    place = _place(_undated(found[0]), sources) if found else None
    return {place: found[1]} if found and place else {}


def _undated(node: exp.Expr) -> exp.Expr:
    """Return the column whose day `date(column)` is; BigQuery prunes by that as by the column."""
    is_day = isinstance(node, exp.Date) and not node.args.get("zone") and not node.expressions
    return node.this if is_day else node
