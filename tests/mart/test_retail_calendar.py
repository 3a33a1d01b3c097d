"""The retail calendar against the years that the National Retail Federation published."""

import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
import yaml

ROOT = Path(__file__).parents[2]

# First days of the retail years, from the federation's 4-5-4 calendars.
PUBLISHED_STARTS = {
    2010: date(2010, 1, 31),
    2011: date(2011, 1, 30),
    2012: date(2012, 1, 29),
    2013: date(2013, 2, 3),
    2014: date(2014, 2, 2),
    2015: date(2015, 2, 1),
    2016: date(2016, 1, 31),
    2017: date(2017, 1, 29),
    2018: date(2018, 2, 4),
    2019: date(2019, 2, 3),
    2020: date(2020, 2, 2),
    2021: date(2021, 1, 31),
    2022: date(2022, 1, 30),
    2023: date(2023, 1, 29),
    2024: date(2024, 2, 4),
    2025: date(2025, 2, 2),
}
PUBLISHED_YEARS_OF_53_WEEKS = {2000, 2006, 2012, 2017, 2023}

PROJECT = """
name: calendar
config-version: 2
profile: calendar
flags:
  send_anonymous_usage_stats: false
"""
PROFILE = """
calendar:
  target: trial
  outputs:
    trial: {type: duckdb, path: trial.duckdb}
"""


@dataclass(frozen=True)
class Day:
    """What the calendar says of one day."""

    day: date
    year: int
    quarter: int
    period: int
    week: int
    weeks_in_year: int
    week_start: date
    year_start: date
    year_end: date


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> dict[date, Day]:
    """Build the project's own model and macros alone: no feed, no warehouse, a few seconds."""
    folder = tmp_path_factory.mktemp("calendar")
    (folder / "models").mkdir()
    shutil.copy(
        ROOT / "models" / "intermediate" / "core" / "int_dates_retail_numbered.sql",
        folder / "models",
    )
    shutil.copytree(ROOT / "macros" / "calendar", folder / "macros")
    shutil.copytree(ROOT / "packages" / "dbt_utils_offline", folder / "dbt_packages" / "dbt_utils")
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    (folder / "dbt_project.yml").write_text(PROJECT + yaml.safe_dump({"vars": project["vars"]}))
    (folder / "profiles.yml").write_text(PROFILE)
    shutil.copy(ROOT / "packages.yml", folder)
    finished = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "--quiet", "run", "--profiles-dir", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
    with duckdb.connect(str(folder / "trial.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select date_day, retail_year, retail_quarter, retail_period, retail_week,"
            " retail_weeks_in_year, retail_week_start_date, retail_year_start_date,"
            " retail_year_end_date from int_dates_retail_numbered"
        ).fetchall()
    return {row[0]: Day(*row) for row in rows}


@pytest.mark.parametrize("year", PUBLISHED_STARTS)
def test_a_year_starts_on_its_published_day(calendar: dict[date, Day], year: int) -> None:
    start = PUBLISHED_STARTS[year]
    first, eve = calendar[start], calendar[start - timedelta(days=1)]
    assert (first.year, first.quarter, first.period, first.week) == (year, 1, 1, 1)
    assert first.year_start == first.week_start == start
    assert (eve.year, eve.quarter, eve.period, eve.week) == (year - 1, 4, 12, eve.weeks_in_year)
    assert eve.year_end == eve.day


def test_the_published_years_and_no_others_have_53_weeks(calendar: dict[date, Day]) -> None:
    found = {day.year for day in calendar.values() if day.weeks_in_year == 53}
    assert {year for year in found if year <= 2027} == PUBLISHED_YEARS_OF_53_WEEKS


def test_every_year_ends_on_the_saturday_closest_to_january_31(calendar: dict[date, Day]) -> None:
    ends = {day.year: day.year_end for day in calendar.values()}
    assert len(ends) == 51
    for year, end in ends.items():
        january_31 = date(year + 1, 1, 31)
        around = [january_31 + timedelta(days=days) for days in range(-6, 7)]
        saturdays = [day for day in around if day.isoweekday() == 6]
        assert end == min(saturdays, key=lambda day: abs((day - january_31).days))


@pytest.mark.parametrize("year, last_period_weeks", [(2016, 4), (2017, 5)])
def test_quarters_have_periods_of_4_5_and_4_weeks(
    calendar: dict[date, Day], year: int, last_period_weeks: int
) -> None:
    of_year = [day for day in calendar.values() if day.year == year]
    days = Counter(day.period for day in of_year)
    weeks = [days[period] / 7 for period in range(1, 13)]
    assert weeks == [4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5, last_period_weeks]
    assert {day.period: day.quarter for day in of_year} == {
        period: (period + 2) // 3 for period in range(1, 13)
    }


@pytest.mark.parametrize(
    "day, year, period, week",
    [
        (date(2015, 10, 4), 2015, 9, 36),  # the retail October of 2015 is October 4 to 31
        (date(2015, 10, 31), 2015, 9, 39),
        (date(2017, 1, 1), 2016, 12, 49),  # the first day of Complete Journey
        (date(2017, 11, 24), 2017, 10, 43),  # Black Friday
        (date(2017, 12, 31), 2017, 12, 49),
        (date(2018, 2, 3), 2017, 12, 53),
    ],
)
def test_a_day_counted_by_hand(
    calendar: dict[date, Day], day: date, year: int, period: int, week: int
) -> None:
    found = calendar[day]
    assert (found.year, found.period, found.week) == (year, period, week)


def test_every_day_stands_in_a_week_that_its_sunday_starts(calendar: dict[date, Day]) -> None:
    days = sorted(calendar)
    assert len(days) == (days[-1] - days[0]).days + 1
    for day in calendar.values():
        assert day.week_start.isoweekday() == 7
        assert 0 <= (day.day - day.week_start).days <= 6
        assert day.week == (day.day - day.year_start).days // 7 + 1
