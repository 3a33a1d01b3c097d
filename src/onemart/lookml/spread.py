"""Facts whose rows are spread over the periods or days that their figures count for."""

from dataclasses import replace

from onemart.lookml.definitions import Definitions
from onemart.lookml.facts import Dimension, Fact

__all__ = ["GRAIN", "PERIOD_GRAINS", "by_period", "running"]

GRAIN = "period_grain"
"""The parameter of a view by period that says how long its periods are."""

PERIOD_GRAINS = (
    "day", "week", "month", "quarter", "year",
    "retail_week", "retail_period", "retail_quarter", "retail_year",
)  # fmt: skip
"""The grains of `dim_periods` that figures are compared by; a parameter takes one at a time."""


def by_period(fact: Fact, definitions: Definitions) -> Fact:
    """Return the fact with a row for each period that a row of it counts for.

    A row counts now, as the period before's of the next, and as last year's: `side` says which.
    What periods are compared with comes from `dim_periods`, which knows the retail calendar.
    """
    periods = definitions.tables["dim_periods"].relation
    sides = [_side(periods, "now", "")]
    sides += [_side(periods, side, side) for side in ("previous", "last_year")]
    listed = "\n    union all\n    ".join(sides)
    columns = ",\n    ".join(f"source.{column}" for column in fact.columns)
    sql = (
        f"select\n    {columns},\n    periods.side,\n    periods.period_id,"
        "\n    periods.period_name,\n    periods.start_date as period_start_date,"
        "\n    periods.is_closed as period_is_closed,"
        "\n    periods.has_previous,\n    periods.has_last_year"
        f"\nfrom {_source(fact)} as source\ninner join (\n    {listed}\n) as periods"
        f"\n    on source.{fact.time} between periods.first_date and periods.last_date"
    )
    told = (
        Dimension("period_name", "${TABLE}.period_name", "string",
                  "Name of the period within its grain, such as 2017-W05."),
        Dimension("period_is_closed", "${TABLE}.period_is_closed", "boolean",
                  "Whether the last day of the period is closed."),
    )  # fmt: skip
    return replace(
        fact,
        name=f"{fact.name}_by_period",
        label=f"{fact.label}, by period",
        description=f"Figures beside those of other periods. {fact.description}",
        sql=sql,
        is_table=False,
        columns=(*fact.columns, "side", "period_id", "period_name", "period_start_date",
                 "period_is_closed", "has_previous", "has_last_year"),
        key=(*fact.key, "period_id", "side"),
        dimensions=(*told, *fact.dimensions),
    )  # fmt: skip


def _side(periods: str, side: str, compared: str) -> str:
    """Return SQL for the periods of a grain with the days that one side of them counts."""
    days = "compared" if compared else "period"
    join = (
        f" inner join {periods} as compared on period.{compared}_period_id = compared.period_id"
        if compared
        else ""
    )
    known = f" and period.has_{compared}" if compared else ""
    return (
        f"select '{side}' as side, period.period_id, period.period_name, period.start_date,"
        " period.is_closed, period.has_previous, period.has_last_year,"
        f" {days}.start_date as first_date, {days}.end_date as last_date"
        f" from {periods} as period{join}"
        f" where period.grain = '{{% parameter {GRAIN} %}}' and period.is_traded{known}"
    )


def running(fact: Fact, window: str, definitions: Definitions, dialect: str) -> Fact:
    """Return the fact with a row for each day whose running figure a row of it counts for.

    Parameters
    ----------
    window : str
        `month` for the month to date, or `28 day`.
    """
    dates = definitions.tables["dim_dates"].relation
    count, _, grain = window.rpartition(" ")
    is_bigquery = dialect == "bigquery"
    if count:
        before = f"interval {count} {grain}"
        first = f"date_sub(days.date_day, {before})" if is_bigquery else f"days.date_day - {before}"
        begin, name = f"source.{fact.time} > {first}", f"{fact.name}_{count}_{grain}s"
    else:
        told = "isoweek" if grain == "week" else grain
        first = f"days.date_day, {told}" if is_bigquery else f"'{grain}', days.date_day"
        begin = f"source.{fact.time} >= date_trunc({first})"
        name = f"{fact.name}_{grain}_to_date"
    columns = ",\n    ".join(f"source.{column}" for column in fact.columns)
    sql = (
        f"select\n    {columns},\n    days.date_day as figure_date"
        f"\nfrom {_source(fact)} as source\ninner join {dates} as days"
        f"\n    on source.{fact.time} <= days.date_day\n    and {begin}"
    )
    words = name.removeprefix(f"{fact.name}_").replace("_", " ")
    return replace(
        fact,
        name=name,
        label=f"{fact.label}, {words}",
        description=f"Figures of each day's {words}; one day at a time. {fact.description}",
        sql=sql,
        is_table=False,
        columns=(*fact.columns, "figure_date"),
        key=(*fact.key, "figure_date"),
        dimensions=tuple(one for one in fact.dimensions if one.kind.lower() != "date"),
        metrics=(),
    )


def _source(fact: Fact) -> str:
    if fact.is_table:
        return fact.sql
    indented = fact.sql.replace("\n", "\n    ")
    return f"(\n    {indented}\n)"
