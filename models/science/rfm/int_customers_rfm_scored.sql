{%- set rising = range(1, rfm_score_count() + 1) %}

with

customers_scored as (

    select
        customers.*,
        {{ rfm_score("recency", "customers.recency_day_count", rising) }} as recency_score,
        {{ rfm_score("frequency", "customers.frequency_order_count", rising | reverse) }}
            as frequency_score,
        {{ rfm_score("monetary", "customers.monetary_amount", rising | reverse) }}
            as monetary_score
    from {{ ref('int_customers_rfm_measured') }} as customers
    inner join {{ ref('int_rfm_cut_points_pivoted') }} as cut_points
        on customers.as_of_date = cut_points.as_of_date

),

int_customers_rfm_scored as (

    select
        customers_scored.customer_id,
        customers_scored.as_of_date,
        customers_scored.recency_day_count,
        customers_scored.frequency_order_count,
        customers_scored.monetary_amount,
        cast(customers_scored.recency_score as {{ dbt.type_bigint() }}) as recency_score,
        cast(customers_scored.frequency_score as {{ dbt.type_bigint() }}) as frequency_score,
        cast(customers_scored.monetary_score as {{ dbt.type_bigint() }}) as monetary_score,
        segments.segment_name
    from customers_scored
    inner join {{ ref('int_rfm_segments_spread') }} as segments
        on customers_scored.recency_score = segments.recency_score
        and customers_scored.frequency_score = segments.frequency_score
        and customers_scored.monetary_score = segments.monetary_score

)

select * from int_customers_rfm_scored
