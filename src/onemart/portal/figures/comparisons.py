"""Sales of the latest periods beside those that they are compared with, in every way there is."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from onemart.portal.frame import shortened
from onemart.portal.reading import Reading

__all__ = ["COMPARED", "compared"]

COMPARED = (
    ("hoh", "Hour over hour", "hour", "value", "previous_value"),
    ("dod", "Day over day", "day", "value", "previous_value"),
    ("wow", "Week over week", "week", "value", "previous_value"),
    ("mom", "Month over month", "month", "value", "previous_value"),
    ("qoq", "Quarter over quarter", "quarter", "value", "previous_value"),
    ("yoy month", "Month over last year's", "month", "value", "last_year_value"),
    ("yoy quarter", "Quarter over last year's", "quarter", "value", "last_year_value"),
    ("yoy year", "Year over year", "year", "value", "last_year_value"),
    ("52 weeks", "Week over the one 52 weeks before", "week", "value", "comparable_value"),
    ("4-5-4", "Retail period over last year's", "retail_period", "value", "last_year_value"),
    ("event", "Event over last year's", "event", "value", "last_year_value"),
    ("wtd", "Week to date", "week", "to_date_value", "to_date_last_year_value"),
    ("mtd", "Month to date", "month", "to_date_value", "to_date_last_year_value"),
    ("qtd", "Quarter to date", "quarter", "to_date_value", "to_date_last_year_value"),
    ("ytd", "Year to date", "year", "to_date_value", "to_date_last_year_value"),
)
"""Each way to compare: its name, its title, the grain, and the columns of the report."""

_DIMENSIONS = ("shop", "category", "channel", "state")


def compared(
    reading: Reading, measures: Sequence[str], members: Mapping[str, Container[str]]
) -> dict[str, Any]:
    """Return for each measure and slice the latest periods and what they are compared with.

    A whole period is the last closed one; one to date holds the business date.

    Parameters
    ----------
    measures : sequence of str
        Measures of the report.
    members : Mapping
        Of each dimension, the members that readers can choose.

    Returns
    -------
    dict
        `ways`: name and title of each comparison; `periods`: the period by way; `slices`: dimension
        and member. `rows`: places of way, measure and slice, value, value compared.
    """
    shown = list(measures)
    table = reading.mart("rpt_sales_by_period")
    columns = sorted({column for way in COMPARED for column in way[3:]})
    names = ", ".join(f"'{measure}'" for measure in shown)
    grains = ", ".join(f"'{grain}'" for grain in sorted({way[2] for way in COMPARED}))
    dimensions = ", ".join(f"'{one}'" for one in _DIMENSIONS)
    found = reading.dicts(
        f"""
        with

        latest as (

            select
                grain,
                max(case when is_closed then period_key end) as closed_key,
                max(period_key) as current_key
            from (
                select
                    grain,
                    is_closed,
                    concat(cast(end_date as {_text(reading)}), ' ', period_name) as period_key
                from {table}
                where dimension_name = 'shop' and grain in ({grains})
                    and (grain <> 'hour' or (is_closed and value <> 0))
            ) as periods
            group by grain

        )

        select
            reports.grain,
            reports.measure_name,
            reports.dimension_name,
            reports.member_name,
            reports.period_name,
            concat(cast(reports.end_date as {_text(reading)}), ' ', reports.period_name)
            = latest.closed_key as is_last_closed,
            concat(cast(reports.end_date as {_text(reading)}), ' ', reports.period_name)
            = latest.current_key as is_current,
            {", ".join(f"reports.{column}" for column in columns)}
        from {table} as reports
        inner join latest
            on reports.grain = latest.grain
            and concat(cast(reports.end_date as {_text(reading)}), ' ', reports.period_name)
            in (latest.closed_key, latest.current_key)
        where reports.measure_name in ({names}) and reports.dimension_name in ({dimensions})
        """
    )
    slices: dict[tuple[str, str], int] = {}
    periods: dict[str, str] = {}
    rows = []
    for way, (name, _, grain, column, other) in enumerate(COMPARED):
        holds = "is_current" if column.startswith("to_date") else "is_last_closed"
        for row in found:
            if row["grain"] == grain and row[holds] and row[column] is not None:
                periods[name] = row["period_name"]
                told = (row["dimension_name"], shortened(row["member_name"]))
                if told[0] != "shop" and told[1] not in members.get(told[0], ()):
                    continue
                place = slices.setdefault(told, len(slices))
                measure = shown.index(row["measure_name"])
                rows.append([way, measure, place, _cents(row[column]), _cents(row[other])])
    return {
        "ways": [list(way[:2]) for way in COMPARED],
        "measures": shown,
        "slices": [list(one) for one in slices],
        "periods": periods,
        "rows": rows,
    }


def _text(reading: Reading) -> str:
    return reading.warehouse.dialect.type("varchar")


def _cents(value: Any) -> float | None:
    return None if value is None else round(float(value), 2)
