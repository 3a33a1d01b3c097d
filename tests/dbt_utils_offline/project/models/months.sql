{{ dbt_utils.date_spine(
    datepart="month",
    start_date="cast('2023-12-01' as date)",
    end_date="cast('2024-02-01' as date)"
) }}
