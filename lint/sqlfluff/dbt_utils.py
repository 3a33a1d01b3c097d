"""The macros of dbt_utils that models call, as SQL that parses; sqlfluff never runs it."""


def date_spine(datepart: str, start_date: str, end_date: str) -> str:
    return f"select {start_date} as date_{datepart} where {end_date} is not null"
