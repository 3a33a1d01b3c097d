"""Metrics of periods beside those of the periods that they are compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

__all__ = ["COMPARISONS", "TO_DATE", "Comparison", "comparison_sql", "to_date_sql"]


@dataclass(frozen=True)
class Comparison:
    """A way to compare periods.

    Attributes
    ----------
    grain : str
        The grain of the periods, unless the question names one.
    compared : str
        `previous` or `last_year`, as in the columns of `dim_periods`.
    is_of_grain : bool
        Whether its name says the grain, so that no other makes sense.
    hours : str
        The dimension with the hour of the day, where hours are compared.
    """

    grain: str
    compared: str
    is_of_grain: bool = True
    hours: str = ""


COMPARISONS = {
    "hoh": Comparison("day", "previous", hours="trading_hour"),
    "dod": Comparison("day", "previous"),
    "wow": Comparison("week", "previous"),
    "mom": Comparison("month", "previous"),
    "qoq": Comparison("quarter", "previous"),
    "yoy": Comparison("month", "last_year", is_of_grain=False),
    "previous": Comparison("month", "previous", is_of_grain=False),
}
"""By name: hour over hour, day over day, and so on; yoy sets any grain beside last year's."""

TO_DATE = {"wtd": "week", "mtd": "month", "qtd": "quarter", "ytd": "year"}
"""By name the grain of the period that has begun, compared with last year's cut as far on."""


_HOURS = " union all ".join(f"select {hour} as hour_number" for hour in range(24))
# The hour before midnight is of the day before.
_SPINES = {
    False: """compared.start_date as compared_start_date,
        periods.has_{compared} as has_compared""",
    True: """hours.hour_number,
        case when hours.hour_number = 0 then compared.start_date else periods.start_date end
            as compared_start_date,
        mod(hours.hour_number + 23, 24) as compared_hour_number,
        hours.hour_number > 0 or periods.has_{compared} as has_compared""",
}


def comparison_sql(
    measured: str,
    metrics: Mapping[str, bool],
    by: Sequence[str],
    comparison: str,
    periods: str,
    between: tuple[date | None, date | None] = (None, None),
) -> str:
    """Return SQL for metrics, each beside what it was in the period compared, and its growth.

    Parameters
    ----------
    measured : str
        SQL of the metrics by time and dimensions, for all periods.
    metrics : Mapping
        Names, each with whether it is zero where there are no rows.
    by : sequence of str
        Its columns but for the metrics; one is the time, as `metric_time__<grain>`.
    comparison : str
        A name in `COMPARISONS`.
    periods : str
        Full name of `dim_periods`.
    between : tuple of datetime.date or None
        The days that a period must touch.

    Notes
    -----
    Every member of the answer has every period, so one that sold nothing then is zero, and what is
    compared with it falls by all it had. Growth is `(value - compared) / abs(compared)`.
    """
    compared = COMPARISONS[comparison].compared
    hours = COMPARISONS[comparison].hours
    [when] = [name for name in by if name.startswith("metric_time__")]
    grain = when.removeprefix("metric_time__")
    hour = next((name for name in by if hours and name.endswith(f"__{hours}")), "")
    others = [name for name in by if name not in {when, hour}]
    first, last = between
    conditions = [f"periods.grain = '{grain}'", "periods.is_traded"]
    conditions += [f"periods.end_date >= date '{first}'"] if first else []
    conditions += [f"periods.start_date <= date '{last}'"] if last else []
    members = f"select distinct {', '.join(others)} from measured" if others else "select 1 as one"
    columns = [f"spine.start_date as {when}", *([f"spine.hour_number as {hour}"] if hour else [])]
    columns += [f"members.{name}" for name in others]
    columns += _compared_columns(metrics, compared, "spine.has_compared")
    same = [f"now.{name} is not distinct from members.{name}" for name in others]
    earlier = [same_.replace("now.", "earlier.") for same_ in same]
    if hour:
        same.append(f"spine.hour_number = now.{hour}")
        earlier.append(f"spine.compared_hour_number = earlier.{hour}")
    return f"""with

measured as (

{measured}

),

spine as (

    select
        periods.start_date,
        {_SPINES[bool(hour)].format(compared=compared)}
    from {periods} as periods
    left join {periods} as compared
        on periods.{compared}_period_id = compared.period_id
    {f"cross join ({_HOURS}) as hours" if hour else ""}
    where {" and ".join(conditions)}

),

members as (

    {members}

)

select
    {", ".join(columns)}
from spine
cross join members
left join measured as now
    on {" and ".join([f"spine.start_date = cast(now.{when} as date)", *same])}
left join measured as earlier
    on {" and ".join([f"spine.compared_start_date = cast(earlier.{when} as date)", *earlier])}
order by {", ".join(str(place + 1) for place in range(len(by)))}"""


def to_date_sql(now: str, then: str | None, metrics: Mapping[str, bool], by: Sequence[str]) -> str:
    """Return SQL for metrics of a period so far, each beside last year's cut as far on.

    Parameters
    ----------
    now, then : str
        SQL of the metrics by dimensions, for the days of either year; `then` is none where the
        shop had not opened.
    metrics : Mapping
        Names, each with whether it is zero where there are no rows.
    by : sequence of str
        Its columns but for the metrics.
    """
    listed = ", ".join(by)
    one = f"select {listed} from" if by else "select 1 as one from"
    members = f"{one} now union distinct {one} earlier"
    columns = [f"members.{name}" for name in by]
    columns += _compared_columns(metrics, "last_year", "true" if then else "false")
    same = [f"now.{name} is not distinct from members.{name}" for name in by] or ["true"]
    earlier = [same_.replace("now.", "earlier.") for same_ in same]
    order = f"\norder by {', '.join(str(place + 1) for place in range(len(by)))}" if by else ""
    return f"""with

now as (

{now}

),

earlier as (

{then or f"select * from ({now}) as nothing where false"}

),

members as (

    {members}

)

select
    {", ".join(columns)}
from members
left join now
    on {" and ".join(same)}
left join earlier
    on {" and ".join(earlier)}{order}"""


def _compared_columns(metrics: Mapping[str, bool], compared: str, is_known: str) -> list[str]:
    """Return for each metric its value, the one compared, and growth."""
    columns = []
    for name, is_zero in metrics.items():
        now, then = f"now.{name}", f"earlier.{name}"
        if is_zero:
            now, then = f"coalesce({now}, 0)", f"coalesce({then}, 0)"
        then = f"case when {is_known} then {then} end"
        columns += [
            f"{now} as {name}",
            f"{then} as {name}_{compared}",
            f"({now} - {then}) / nullif(abs({then}), 0) as {name}_growth",
        ]
    return columns
