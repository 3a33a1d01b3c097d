-- A retail year in dim_dates has seven days for each of its weeks: comparisons by week rest on it.
select
    retail_year,
    count(*) as day_count
from {{ ref('dim_dates') }}
group by retail_year
having count(*) <> 7 * max(retail_weeks_in_year)
