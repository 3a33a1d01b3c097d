"""What measures are taken of: a mart, several one below the other, or one spread over days."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from onemart.lookml.definitions import Column, Definitions, Semantic
from onemart.lookml.expressions import columns_in, of_table

__all__ = ["Dimension", "Fact", "Input", "fact_of", "several_together"]

_GRAINS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Input:
    """What a simple metric adds up: how, and over which SQL."""

    aggregation: str
    sql: str
    percentile: float | None = None


@dataclass(frozen=True)
class Dimension:
    """A column that people part figures by; its SQL may be more than its name."""

    name: str
    sql: str
    kind: str
    description: str
    is_personal: bool = False


@dataclass(frozen=True)
class Fact:
    """A relation with figures.

    Attributes
    ----------
    name : str
        Of its view and of its explore.
    sql : str
        A table's full name, or a select.
    is_table : bool
        Which of the two.
    columns : tuple of str
        What it has.
    key : tuple of str
        Columns that are unique together.
    time, grain : str
        The column that figures are counted by, and its grain.
    keys : mapping of str to str
        Entities that it can be joined to, each with its column.
    joined : tuple of (str, str)
        Columns that find one row at most of another mart, each with the mart.
    dimensions : tuple of Dimension
        Beside the time.
    inputs : mapping of str to Input
        Measures of the semantic layer by name.
    metrics : tuple of str
        Whose figures it has.
    """

    name: str
    label: str
    description: str
    team: str
    sql: str
    is_table: bool
    columns: tuple[str, ...]
    key: tuple[str, ...]
    time: str
    grain: str
    keys: Mapping[str, str]
    joined: tuple[tuple[str, str], ...]
    dimensions: tuple[Dimension, ...]
    inputs: Mapping[str, Input]
    metrics: tuple[str, ...] = field(default=())

    def with_metrics(self, names: list[str]) -> "Fact":
        """Return it with the metrics that it can give."""
        return replace(self, metrics=tuple(names))


def fact_of(model: Semantic, definitions: Definitions, dialect: str) -> Fact:
    """Return a mart with the measures of its semantic model."""
    table = model.table
    return Fact(
        model.name,
        words(model.name),
        f"{model.description} {table.description}".strip(),
        table.team,
        table.relation,
        is_table=True,
        columns=tuple(table.columns),
        key=table.key,
        time=model.time,
        grain=model.grain,
        keys=dict(model.keys),
        joined=_joined(model, definitions),
        dimensions=dimensions_of(model, definitions, dialect),
        inputs={
            name: Input(one.aggregation, of_table(one.expression, dialect), one.percentile)
            for name, one in model.measures.items()
        },
    )


def dimensions_of(model: Semantic, definitions: Definitions, dialect: str) -> tuple[Dimension, ...]:
    """Return what a semantic model and its mart can be parted by.

    Numbers of a mart with measures are left to the measures.
    """
    columns = model.table.columns
    named = {
        name: (expression, told or _told(columns, expression))
        for name, (expression, told) in model.dimensions.items()
    }
    taken = {expression for expression, _ in named.values()} | {model.time}
    found = [
        Dimension(
            name,
            of_table(expression, dialect),
            columns[expression].kind if expression in columns else "string",
            told,
            any(is_personal(columns[one], definitions) for one in columns_in(expression)),
        )
        for name, (expression, told) in named.items()
    ]
    found += [
        dimension_of(column, definitions)
        for column in columns.values()
        if column.name not in taken
        and column.name not in named
        and (column.name in model.table.key or not model.measures or not is_number(column.kind))
    ]
    return tuple(found)


def dimension_of(column: Column, definitions: Definitions) -> Dimension:
    """Return a column of a mart as a dimension."""
    return Dimension(
        column.name,
        f"${{TABLE}}.{column.name}",
        column.kind,
        column.description,
        is_personal(column, definitions),
    )


def is_personal(column: Column, definitions: Definitions) -> bool:
    """Return whether a column is PII by its class, or by the name of one that is."""
    return column.is_personal or column.name in definitions.personal


def is_number(kind: str) -> bool:
    """Return whether a contract's type is a number."""
    return not kind.lower().startswith(("string", "varchar", "bool", "date", "time"))


def several_together(
    models: list[Semantic], definitions: Definitions, dialect: str, metrics: list[str]
) -> Fact:
    """Return rows of several marts one below the other, for metrics that are made of all.

    A join of two facts would count rows of each as often as the other has some. Below each other
    they are counted once, and are parted by what all of them have.
    """
    shared = [entity for entity in models[0].keys if all(entity in model.keys for model in models)]
    wanted = {
        measure: model
        for metric in metrics
        for measure, model in measures_of(metric, definitions).items()
    }
    keys = {entity: models[0].keys[entity] for entity in shared}
    columns = ("part_name", "part_key", "figure_date", *keys.values(), *wanted)
    joined = _joined(models[0], definitions)
    return Fact(
        "_and_".join(model.name for model in models),
        " and ".join(words(model.name) for model in models).capitalize(),
        "Figures that are made of several marts: "
        + ", ".join(model.table.name for model in models)
        + ". Their rows lie one below the other, so that none is counted twice.",
        models[0].table.team,
        "\nunion all\n".join(_part(model, keys, wanted, dialect) for model in models),
        is_table=False,
        columns=columns,
        key=("part_name", "part_key"),
        time="figure_date",
        grain=max((model.grain for model in models), key=_GRAINS.index),
        keys=keys,
        joined=tuple(one for one in joined if one[0] in keys.values()),
        dimensions=tuple(
            dimension_of(models[0].table.columns[column], definitions) for column in keys.values()
        ),
        inputs={
            name: Input(
                model.measures[name].aggregation,
                f"${{TABLE}}.{name}",
                model.measures[name].percentile,
            )
            for name, model in wanted.items()
        },
        metrics=tuple(metrics),
    )


def _part(
    model: Semantic, keys: Mapping[str, str], wanted: Mapping[str, Semantic], dialect: str
) -> str:
    listed = [f"'{model.name}' as part_name"]
    listed.append(f"{concatenated(model.table.key)} as part_key")
    listed.append(f"{model.time} as figure_date")
    listed += [f"{model.keys[entity]} as {column}" for entity, column in keys.items()]
    listed += [
        f"{_plain(of_table(model.measures[name].expression, dialect))} as {name}"
        if of is model
        else f"null as {name}"
        for name, of in wanted.items()
    ]
    return f"select\n    {(',' + chr(10) + '    ').join(listed)}\nfrom {model.table.relation}"


def _plain(sql: str) -> str:
    return sql.replace("${TABLE}.", "")


def concatenated(columns: tuple[str, ...], before: str = "") -> str:
    """Return SQL for columns that are unique together, as one text."""
    texts = [f"coalesce(cast({before}{column} as string), '')" for column in columns]
    return f"concat({', '.join(_between(texts))})" if len(texts) > 1 else texts[0]


def _between(texts: list[str]) -> list[str]:
    return [part for text in texts for part in (text, "'|'")][:-1]


def measures_of(metric: str, definitions: Definitions) -> dict[str, Semantic]:
    """Return the measures that a metric comes of, each with its semantic model."""
    told = definitions.metrics[metric]
    params = told["type_params"]
    if params.get("measure"):
        name = params["measure"]["name"]
        return {name: definitions.model_of(name)}
    parts = [params.get("numerator"), params.get("denominator"), *(params.get("metrics") or [])]
    found: dict[str, Semantic] = {}
    for part in parts:
        if part:
            found |= measures_of(part["name"], definitions)
    return found


def _joined(model: Semantic, definitions: Definitions) -> tuple[tuple[str, str], ...]:
    """Return the columns by which a row finds one row at most of another mart.

    By the entities that it shares with a semantic model, and by dbt's tests of relationships.
    """
    own = {model.primary: model.table.key[0]} if len(model.table.key) == 1 else {}
    found: dict[tuple[str, str], None] = {}
    for entity, column in {**own, **model.keys}.items():
        for other in definitions.models.values():
            is_one = other.primary == entity and len(other.table.key) == 1
            if is_one and other.dimensions and other.table.name != model.table.name:
                found.setdefault((column, other.table.name))
    for column, (to, field_name) in model.table.related.items():
        table = definitions.tables.get(to)
        is_dimension = to.startswith("dim_") and to not in {"dim_dates", "dim_periods"}
        if table and is_dimension and table.key == (field_name,) and column == field_name:
            found.setdefault((column, to))
    return tuple(found)


def _told(columns: Mapping[str, Column], expression: str) -> str:
    return columns[expression].description if expression in columns else ""


def words(name: str) -> str:
    """Return a name as people read it."""
    return name.replace("_", " ").capitalize()
