with

customers as (

    select * from {{ ref('int_churn_customers_scored') }}

),

int_churn_score_bins as (

    select
        purpose,
        horizon_week_count,
        cut_off_date,
        cast(round(1000 * log_odds) as {{ dbt.type_bigint() }}) as score_bin,
        count(*) as customer_count
    from customers
    group by purpose, horizon_week_count, cut_off_date, score_bin

)

select * from int_churn_score_bins
