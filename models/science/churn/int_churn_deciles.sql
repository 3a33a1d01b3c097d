-- Who is alike is in one decile; the first is the tenth that is likeliest to buy.
with

bins as (

    select * from {{ ref('int_churn_score_bins') }}

),

bins_added_up as (

    select
        *,
        sum(customer_count) over (
            partition by purpose, horizon_week_count, cut_off_date order by score_bin desc
            rows between unbounded preceding and current row
        ) as until_count,
        sum(customer_count) over (partition by purpose, horizon_week_count, cut_off_date)
            as all_count
    from bins

),

int_churn_deciles as (

    select
        purpose,
        horizon_week_count,
        cut_off_date,
        score_bin,
        customer_count,
        cast(
            floor(10 * (until_count - (customer_count + 1) / 2.0) / all_count) + 1
            as {{ dbt.type_bigint() }}
        ) as decile
    from bins_added_up

)

select * from int_churn_deciles
