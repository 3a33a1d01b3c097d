-- As known when the horizon ended: a fit knows no more of its past than it could, and what came
-- true of a prediction stays so.
with

cases as (

    select * from {{ ref('int_churn_cases_drawn') }}

),

orders as (

    select * from {{ ref('int_orders_known') }}
    where has_sale

),

int_churn_outcomes as (

    select
        cases.horizon_week_count,
        cases.customer_id,
        cases.cut_off_date,
        cast(
            max(case when orders.order_id is null then 0 else 1 end) as {{ dbt.type_bigint() }}
        ) as has_bought
    from cases
    left join orders
        on
        cases.customer_id = orders.customer_id
        and cases.cut_off_date < orders.order_date
        and cases.outcome_date >= orders.order_date
        and {{ known_at("orders", "cases.outcome_date") }}
    group by cases.horizon_week_count, cases.customer_id, cases.cut_off_date

)

select * from int_churn_outcomes
