"""Metrics of periods beside those of the periods that they are compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

__all__ = ["COMPARISONS", "Comparison", "comparison_sql"]


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
    """

    grain: str
    compared: str
    is_of_grain: bool = True


COMPARISONS = {
    "dod": Comparison("day", "previous"),
    "wow": Comparison("week", "previous"),
    "mom": Comparison("month", "previous"),
    "qoq": Comparison("quarter", "previous"),
    "yoy": Comparison("month", "last_year", is_of_grain=False),
    "previous": Comparison("month", "previous", is_of_grain=False),
}
"""By name: day over day, week over week, and so on; yoy sets any grain beside last year's."""


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
    [when] = [name for name in by if name.startswith("metric_time__")]
    grain = when.removeprefix("metric_time__")
    others = [name for name in by if name != when]
    first, last = between
    conditions = [f"periods.grain = '{grain}'", "periods.is_traded"]
    conditions += [f"periods.end_date >= date '{first}'"] if first else []
    conditions += [f"periods.start_date <= date '{last}'"] if last else []
    members = f"select distinct {', '.join(others)} from measured" if others else "select 1 as one"
    columns = ["spine.start_date" + f" as {when}", *(f"members.{name}" for name in others)]
    for name, is_zero in metrics.items():
        now, then = f"now.{name}", f"earlier.{name}"
        if is_zero:
            now = f"coalesce({now}, 0)"
            then = f"case when spine.has_compared then coalesce({then}, 0) end"
        columns += [
            f"{now} as {name}",
            f"{then} as {name}_{compared}",
            f"({now} - {then}) / nullif(abs({then}), 0) as {name}_growth",
        ]
    same = [f"now.{name} is not distinct from members.{name}" for name in others]
    earlier = [same_.replace("now.", "earlier.") for same_ in same]
    return f"""with

measured as (

{measured}

),

spine as (

    select
        periods.start_date,
        compared.start_date as compared_start_date,
        periods.has_{compared} as has_compared
    from {periods} as periods
    left join {periods} as compared
        on periods.{compared}_period_id = compared.period_id
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
