with

observed as (

    select * from {{ ref('int_churn_customers_observed') }}

),

lines as (

    select * from {{ ref('int_churn_lines_known') }}

),

int_churn_lines_counted as (

    select
        observed.customer_id,
        observed.cut_off_date,
        count(distinct lines.category) as category_count,
        count(distinct lines.store_id) as store_count,
        count(*) as line_count,
        sum(case when lines.is_discounted then 1 else 0 end) as discounted_line_count
    from observed
    inner join lines
        on
        observed.customer_id = lines.customer_id
        and {{ add_days("observed.cut_off_date", -182) }} < lines.order_date
        and {{ known_at("lines", "observed.cut_off_date") }}
    group by observed.customer_id, observed.cut_off_date

)

select * from int_churn_lines_counted
