{#-
    The grains that periods have, each with SQL over dim_dates for the number that tells the period
    within its year, its name, its first and last day, and how far a day has come in it. In calendar
    grains that is month and day, so that February 29 stands behind February 28 and a quarter is cut
    at the same month and day as another one; in weeks and retail grains it counts days.
-#}
{% macro period_grains() -%}
    {%- set text = dbt.type_string() -%}
    {%- set month_and_day = "calendar_month * 100 + day_of_month" -%}
    {%- set month_of_quarter = "(calendar_month - 3 * (calendar_quarter - 1))" -%}
    {%- set retail_day = dbt.datediff("{}", "date_day", "day") ~ " + 1" -%}
    {%- set grains = {
        "day": {
            "year": "calendar_year",
            "number": month_and_day,
            "name": "cast(date_day as " ~ text ~ ")",
            "start": "date_day",
            "end": "date_day",
            "elapsed": "1",
        },
        "week": {
            "year": "iso_year",
            "number": "iso_week",
            "name": numbered_name("iso_year", "W", "iso_week"),
            "start": "iso_week_start_date",
            "end": add_days("iso_week_start_date", 6),
            "elapsed": "weekday_number",
        },
        "month": {
            "year": "calendar_year",
            "number": "calendar_month",
            "name": numbered_name("calendar_year", "", "calendar_month"),
            "start": "cast(" ~ dbt.date_trunc("month", "date_day") ~ " as date)",
            "end": "cast(" ~ dbt.last_day("date_day", "month") ~ " as date)",
            "elapsed": "day_of_month",
        },
        "quarter": {
            "year": "calendar_year",
            "number": "calendar_quarter",
            "name": numbered_name("calendar_year", "Q", "calendar_quarter", 1),
            "start": "cast(" ~ dbt.date_trunc("quarter", "date_day") ~ " as date)",
            "end": "cast(" ~ dbt.last_day("date_day", "quarter") ~ " as date)",
            "elapsed": month_of_quarter ~ " * 100 + day_of_month",
        },
        "year": {
            "year": "calendar_year",
            "number": "1",
            "name": "cast(calendar_year as " ~ text ~ ")",
            "start": "cast(" ~ dbt.date_trunc("year", "date_day") ~ " as date)",
            "end": "cast(" ~ dbt.last_day("date_day", "year") ~ " as date)",
            "elapsed": month_and_day,
        },
        "retail_week": {
            "year": "retail_year",
            "number": "retail_week",
            "name": numbered_name("retail_year", "W", "retail_week"),
            "start": "retail_week_start_date",
            "end": add_days("retail_week_start_date", 6),
            "elapsed": retail_day.format("retail_week_start_date"),
        },
        "retail_period": {
            "year": "retail_year",
            "number": "retail_period",
            "name": numbered_name("retail_year", "P", "retail_period"),
            "start": "retail_period_start_date",
            "end": "retail_period_end_date",
            "elapsed": retail_day.format("retail_period_start_date"),
        },
        "retail_quarter": {
            "year": "retail_year",
            "number": "retail_quarter",
            "name": numbered_name("retail_year", "Q", "retail_quarter", 1),
            "start": "retail_quarter_start_date",
            "end": "retail_quarter_end_date",
            "elapsed": retail_day.format("retail_quarter_start_date"),
        },
        "retail_year": {
            "year": "retail_year",
            "number": "1",
            "name": "cast(retail_year as " ~ text ~ ")",
            "start": "retail_year_start_date",
            "end": add_days("retail_year_start_date", "7 * retail_weeks_in_year - 1"),
            "elapsed": retail_day.format("retail_year_start_date"),
        },
    } -%}
    {{- return(grains) -}}
{%- endmacro %}
