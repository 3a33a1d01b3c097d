"""Comparisons of periods on random sales against the same worked out day by day in Python."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
# Two leap years, a retail year of 53 weeks (2017) and an ISO year of 53 weeks (2020).
OPENING, CLOSING = date(2016, 2, 1), date(2021, 6, 30)
EASTERS = [date(2016, 3, 27), date(2017, 4, 16), date(2018, 4, 1), date(2019, 4, 21)]
DAYS_BEFORE, DAYS_AFTER = 14, 1

PROJECT = """
name: periods
config-version: 2
profile: periods
flags:
  send_anonymous_usage_stats: false
"""
PROFILE = """
periods:
  target: trial
  outputs:
    trial: {type: duckdb, path: trial.duckdb}
"""
# What the calendar reads of a shop.
SHOP = {
    "int_dates_bounded": f"select date '{OPENING}' as first_date, date '{CLOSING}' as last_date",
    "int_business_dates_chosen": (
        f"select date '{OPENING}' as opening_date, date '{CLOSING}' as business_date"
    ),
    "int_calendar_events_chosen": " union all ".join(
        f"select 'XX' as country_code, date '{day}' as event_date,"
        " 'Easter' as event_name, 'trading_event' as event_kind"
        for day in EASTERS
    ),
    "event_windows": (
        f"select 'Easter' as event_name, {DAYS_BEFORE} as days_before, {DAYS_AFTER} as days_after"
    ),
}
TAKEN = (
    "marts/core/dim_dates", "marts/core/dim_periods", "intermediate/core/int_dates_retail_numbered",
    "intermediate/core/int_calendar_events_listed", "intermediate/core/int_event_days_dated",
    "intermediate/core/int_dates_grouped", "intermediate/core/int_periods_compared",
)  # fmt: skip
GRAINS = (
    "day", "week", "month", "quarter", "year",
    "retail_week", "retail_period", "retail_quarter", "retail_year", "event",
)  # fmt: skip
AS_OF = "2020-01-01"
SLICES = {
    name: f"""{{{{ compare_periods(
        "sales", ["{measure}"], date_column="sold_on", by=["store"], aggregate="{aggregate}",
        where="store in (select store from chosen)", grains={list(GRAINS)}, as_of="{AS_OF}"
    ) }}}}"""
    for name, measure, aggregate in (
        ("sums", "amount", "sum"),
        ("customers", "customer", "count_distinct"),
    )
}
COMPARISONS = ("previous", "last_year", "comparable")

Answer = dict[tuple[str, str, date], tuple[float | None, ...]]


@dataclass(frozen=True)
class Sale:
    day: date
    store: str
    customer: str
    amount: int


@pytest.fixture(scope="module")
def slices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Answer]]:
    """Build the project's own calendar and compile its macro alone: no feed, a few seconds."""
    folder = tmp_path_factory.mktemp("periods")
    (folder / "models").mkdir()
    (folder / "analyses").mkdir()
    for model in TAKEN:
        shutil.copy(ROOT / "models" / f"{model}.sql", folder / "models")
    for name, sql in SHOP.items():
        (folder / "models" / f"{name}.sql").write_text(sql)
    for name, sql in SLICES.items():
        (folder / "analyses" / f"{name}.sql").write_text(sql)
    for area in ("calendar", "periods", "cross_db"):
        shutil.copytree(ROOT / "macros" / area, folder / "macros" / area)
    (folder / "macros" / "cross_db" / "generate_schema_name.sql").unlink()
    shutil.copytree(ROOT / "packages" / "dbt_utils_offline", folder / "dbt_packages" / "dbt_utils")
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    settings_ = {"vars": project["vars"], "models": {"+materialized": "table"}}
    (folder / "dbt_project.yml").write_text(PROJECT + yaml.safe_dump(settings_))
    (folder / "profiles.yml").write_text(PROFILE)
    shutil.copy(ROOT / "packages.yml", folder)
    dbt = str(Path(sys.executable).with_name("dbt"))
    for command in ("run", "compile"):
        finished = subprocess.run(
            [dbt, "--quiet", command, "--profiles-dir", "."],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout
    compiled = {
        name: (folder / "target/compiled/periods/analyses" / f"{name}.sql").read_text()
        for name in SLICES
    }
    with duckdb.connect(str(folder / "trial.duckdb")) as connection:
        connection.execute(
            "create table sales (sold_on date, store text, customer text, amount int)"
        )
        connection.execute("create table chosen (store text)")

        def ask(what: str, sales: list[Sale], stores: set[str], as_of: date) -> Answer:
            connection.execute("delete from sales")
            connection.execute("delete from chosen")
            for sale in sales:
                connection.execute(
                    "insert into sales values (?, ?, ?, ?)",
                    [sale.day, sale.store, sale.customer, sale.amount],
                )
            for store in stores:
                connection.execute("insert into chosen values (?)", [store])
            prefixes = ("", *(f"{name}_" for name in COMPARISONS))
            columns = [f"{cut}{name}value" for cut in ("", "to_date_") for name in prefixes]
            rows = connection.execute(
                f"select store, grain, start_date, {', '.join(columns)}"
                f" from ({compiled[what].replace(AS_OF, str(as_of))}) as asked"
            ).fetchall()
            answer = {
                (store, grain, start): tuple(None if v is None else float(v) for v in values)
                for store, grain, start, *values in rows
            }
            assert len(answer) == len(rows)
            return answer

        yield ask


def retail_start(year: int) -> date:
    """The Sunday after the Saturday closest to January 31."""
    near = [date(year, 1, 31) + timedelta(days=days) for days in range(-3, 4)]
    return next(day for day in near if day.isoweekday() == 6) + timedelta(days=1)


def retail_spans(year: int) -> dict[str, list[tuple[date, date]]]:
    """All periods of a retail year, each with its first and last day."""
    start, end = retail_start(year), retail_start(year + 1) - timedelta(days=1)
    weeks = ((end - start).days + 1) // 7
    lengths = [4, 5, 4] * 4
    lengths[-1] += weeks - 52
    spans: dict[str, list[tuple[date, date]]] = {"retail_year": [(start, end)]}
    for grain, sizes in (
        ("retail_week", [1] * weeks),
        ("retail_period", lengths),
        ("retail_quarter", [sum(lengths[first : first + 3]) for first in (0, 3, 6, 9)]),
    ):
        first, found = start, []
        for size in sizes:
            found.append((first, first + timedelta(days=7 * size - 1)))
            first += timedelta(days=7 * size)
        spans[grain] = found
    return spans


def month_span(year: int, month: int, months: int = 1) -> tuple[date, date]:
    behind = year * 12 + month - 1 + months
    return date(year, month, 1), date(behind // 12, behind % 12 + 1, 1) - timedelta(days=1)


def span(grain: str, day: date) -> tuple[date, date] | None:
    """The period of a grain that holds a day."""
    if grain == "event":
        around = [(e - timedelta(DAYS_BEFORE), e + timedelta(DAYS_AFTER)) for e in EASTERS]
        return next((one for one in around if one[0] <= day <= one[1]), None)
    if grain.startswith("retail"):
        year = day.year if day >= retail_start(day.year) else day.year - 1
        return next(one for one in retail_spans(year)[grain] if one[0] <= day <= one[1])
    if grain == "week":
        monday = day - timedelta(days=day.isoweekday() - 1)
        return monday, monday + timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}.get(grain)
    if months is None:
        return day, day
    return month_span(day.year, (day.month - 1) // months * months + 1, months)


def last_year(grain: str, start: date) -> tuple[date, date] | None:
    if grain == "event":
        before = [e for e in EASTERS if e.year == start.year - 1]
        return span("event", before[0]) if before else None
    if grain.startswith("retail"):
        year = start.year if start >= retail_start(start.year) else start.year - 1
        place = [one[0] for one in retail_spans(year)[grain]].index(start)
        earlier = retail_spans(year - 1)[grain]
        return earlier[place] if place < len(earlier) else None
    if grain == "week":
        year, week, _ = start.isocalendar()
        try:
            monday = date.fromisocalendar(year - 1, week, 1)
        except ValueError:
            return None
        return monday, monday + timedelta(days=6)
    if grain == "day" and (start.month, start.day) == (2, 29):
        start -= timedelta(days=1)
    return span(grain, start.replace(year=start.year - 1))


def elapsed(grain: str, day: date, start: date) -> tuple[int, int]:
    if grain in {"month", "quarter", "year"}:
        return day.month - start.month, day.day
    if grain == "event":
        return 0, next((day - e).days for e in EASTERS if e.year == start.year)
    return 0, (day - start).days


def expected(
    sales: list[Sale], stores: set[str], as_of: date, total: Callable[[list[Sale]], float]
) -> Answer:
    chosen = [sale for sale in sales if sale.store in stores]
    answer: Answer = {}
    for store in {sale.store for sale in chosen}:
        of_store = [sale for sale in chosen if sale.store == store and sale.day <= as_of]
        for grain in GRAINS:
            cut_at = span(grain, as_of)
            cut = elapsed(grain, as_of, cut_at[0]) if cut_at and as_of < cut_at[1] else None
            for start, end in spans_traded(grain, as_of):
                compared: list[tuple[date, date] | None] = [
                    (start, end), previous(grain, start), last_year(grain, start)
                ]  # fmt: skip
                whole: list[float | None] = []
                to_date: list[float | None] = []
                for place, one in enumerate(compared):
                    if one is None or (place and one[0] < OPENING):
                        whole.append(None)
                        to_date.append(None)
                        continue
                    found = [sale for sale in of_store if one[0] <= sale.day <= one[1]]
                    whole.append(total(found))
                    to_date.append(total([
                        s for s in found if cut is None or elapsed(grain, s.day, one[0]) <= cut
                    ]))  # fmt: skip
                year = timedelta(days=364)
                found = [sale for sale in of_store if start <= sale.day + year <= end]
                known = start - year >= OPENING
                whole.append(total(found) if known else None)
                found = [
                    s for s in found if cut is None or elapsed(grain, s.day + year, start) <= cut
                ]
                to_date.append(total(found) if known else None)
                answer[store, grain, start] = (*whole, *to_date)
    return answer


def previous(grain: str, start: date) -> tuple[date, date] | None:
    if grain == "event":
        return last_year(grain, start)
    return span(grain, start - timedelta(days=1))


def spans_traded(grain: str, as_of: date) -> list[tuple[date, date]]:
    days = (OPENING + timedelta(days=n) for n in range((as_of - OPENING).days + 1))
    return list(dict.fromkeys(one for one in (span(grain, day) for day in days) if one))


DAYS = st.dates(OPENING, CLOSING)
# Days on which rules turn come more often.
TURNS = st.sampled_from([
    date(2016, 2, 29), date(2017, 2, 28), date(2020, 2, 29), date(2018, 1, 28), date(2018, 2, 3),
    date(2020, 12, 31), date(2021, 1, 3), date(2019, 2, 2), date(2017, 4, 16), date(2018, 4, 1),
])  # fmt: skip
SALES = st.lists(
    st.builds(
        Sale,
        TURNS | DAYS,
        st.sampled_from("abc"),
        st.sampled_from("uvw"),
        st.integers(-5, 20),
    ),
    max_size=30,
)


@settings(
    max_examples=15, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(sales=SALES, stores=st.sets(st.sampled_from("abc"), min_size=1), as_of=TURNS | DAYS)
@pytest.mark.parametrize("what", SLICES)
def test_slices_are_as_worked_out_day_by_day(
    slices: Callable[..., Answer], what: str, sales: list[Sale], stores: set[str], as_of: date
) -> None:
    totals: dict[str, Callable[[list[Sale]], Any]] = {
        "sums": lambda found: float(sum(sale.amount for sale in found)),
        "customers": lambda found: float(len({sale.customer for sale in found})),
    }
    assert slices(what, sales, stores, as_of) == expected(sales, stores, as_of, totals[what])
