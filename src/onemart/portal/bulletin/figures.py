"""The figures that a bulletin is written from: few rows, which the marts made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from onemart.portal.reading import Reading

__all__ = ["Figures", "read_figures", "told_weeks"]

Row = Mapping[str, Any]
_MOST_CAUSES = 40
_WEEKS_BEFORE = 12


@dataclass(frozen=True)
class Figures:
    """What is known of a week.

    Attributes
    ----------
    week : datetime.date
        Its Monday.
    moves : sequence of rows
        Of rpt_sales_surprises: all of the shop, and the surprises of its members.
    causes : sequence of rows
        Of rpt_sales_causes, the first ones.
    parcels : row
        `count` and `late` of those promised for the week, `count_before` and `late_before` of those
        of the twelve weeks before.
    decay : sequence of rows
        Of rpt_model_decay, predictions whose horizon ended in the week.
    """

    week: date
    moves: Sequence[Row]
    causes: Sequence[Row]
    parcels: Row
    decay: Sequence[Row]


def told_weeks(reading: Reading) -> list[date]:
    """Return the Mondays of the weeks that can be told, the latest first."""
    rows = reading.dicts(
        "select distinct week_start_date as week"
        f" from {reading.mart('rpt_sales_surprises')} order by week desc"
    )
    return [row["week"] for row in rows]


def read_figures(reading: Reading, week: date) -> Figures:
    """Return what is known of a week."""
    is_week = f"week_start_date = date '{week}'"
    moves = reading.dicts(
        f"select * from {reading.mart('rpt_sales_surprises')}"
        f" where {is_week} and (dimension_name = 'shop' or is_surprise)"
        " order by compared_with desc, dimension_name, member_name, effect_name"
    )
    causes = reading.dicts(
        f"select * from {reading.mart('rpt_sales_causes')}"
        f" where {is_week} and cause_number <= {_MOST_CAUSES}"
        " order by compared_with desc, cause_number"
    )
    return Figures(week, moves, causes, _parcels(reading, week), _decay(reading, week))


def _parcels(reading: Reading, week: date) -> Row:
    first, end = week - timedelta(weeks=_WEEKS_BEFORE), week + timedelta(weeks=1)
    of_week = f"promised_date >= date '{week}'"
    (row,) = reading.dicts(
        f"""
        select
            coalesce(sum(case when {of_week} then 1 else 0 end), 0) as count,
            coalesce(sum(case when {of_week} and not is_on_time then 1 else 0 end), 0) as late,
            coalesce(sum(case when {of_week} then 0 else 1 end), 0) as count_before,
            coalesce(sum(case when {of_week} or is_on_time then 0 else 1 end), 0) as late_before
        from {reading.mart("fct_shipments")}
        where
            is_on_time is not null
            and promised_date >= date '{first}' and promised_date < date '{end}'
        """
    )
    return row


def _decay(reading: Reading, week: date) -> list[dict[str, Any]]:
    """Return the predictions that the week could be the judge of."""
    rows = reading.dicts(
        "select model_name, horizon_week_count, prediction_date, customer_count, auc_fall"
        f" from {reading.mart('rpt_model_decay')} where auc_fall is not null"
        " order by model_name, horizon_week_count, prediction_date"
    )
    return [
        row
        for row in rows
        if week
        <= row["prediction_date"] + timedelta(weeks=row["horizon_week_count"])
        < week + timedelta(weeks=1)
    ]
