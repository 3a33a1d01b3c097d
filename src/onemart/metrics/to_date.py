"""The days of a period so far, and those of last year's period cut as far on."""

from dataclasses import dataclass
from datetime import date

from onemart.errors import UsageError
from onemart.metrics.comparison import TO_DATE
from onemart.warehouse import Warehouse

__all__ = ["Span", "ToDate", "to_date"]

Span = tuple[date, date]
"""The first and the last of some days."""


@dataclass(frozen=True)
class ToDate:
    """The days of two years that are compared.

    Attributes
    ----------
    now : tuple of datetime.date
        From the period's first day to the business date, or to the day asked for.
    then : tuple of datetime.date or None
        Last year's; none for a week 53, and where the shop had not opened.
    """

    now: Span
    then: Span | None

    def __str__(self) -> str:
        now, then = ("{} to {}".format(*span) if span else "nothing" for span in
                     (self.now, self.then))  # fmt: skip
        return f"{now} against {then}"


def to_date(warehouse: Warehouse, comparison: str, last: date | None) -> ToDate:
    """Return the days that a comparison to date is about, as the shop's calendar cuts periods.

    Parameters
    ----------
    comparison : str
        A name in `TO_DATE`.
    last : datetime.date or None
        The day up to which figures run; else the business date.

    Raises
    ------
    UsageError
        If the shop's calendar has no such day.

    Notes
    -----
    A month is cut at its day of the month, a week at its weekday; February 29 takes last year's
    whole February. A period that ends on the day is compared whole.
    """
    dates = warehouse.table("marts", "dim_dates")
    periods = warehouse.table("marts", "dim_periods")
    grouped = warehouse.table("intermediate", "int_dates_grouped")
    closed = f"(select max(date_day) from {dates} where is_closed)"
    found = warehouse.rows(
        f"""
        select this.start_date, this.date_day, min(earlier.date_day), max(earlier.date_day)
        from {grouped} as this
        inner join {periods} as periods on this.period_id = periods.period_id
        left join {grouped} as earlier
            on periods.last_year_period_id = earlier.period_id
            and periods.has_last_year
            and (earlier.elapsed_number <= this.elapsed_number or this.date_day = this.end_date)
        where this.grain = '{TO_DATE[comparison]}'
            and this.date_day = {f"date '{last}'" if last else closed}
        group by this.start_date, this.date_day
        """
    )
    if not found:
        raise UsageError(
            f"The shop's calendar does not have {last or 'a closed day yet'}.",
            "Name another day with --until.",
        )
    [(start, end, first, latest)] = found
    return ToDate((start, end), (first, latest) if first else None)
