with

customers as (

    select * from {{ ref('int_customers_rfm_measured') }}

),

segments as (

    select * from {{ ref('rfm_segments') }}

),

-- An end that is null is open.
cut_points as (

    select
        cast(as_of_date as date) as as_of_date,
        measure,
        score,
        cast(value_from as {{ dbt.type_numeric() }}) as value_from,
        cast(value_before as {{ dbt.type_numeric() }}) as value_before
    from {{ ref('rfm_cut_points') }}

),

customers_scored as (

    select
        customers.*,
        recency.score as recency_score,
        frequency.score as frequency_score,
        monetary.score as monetary_score
    from customers
    inner join cut_points as recency
        on recency.measure = 'recency'
        and customers.as_of_date = recency.as_of_date
        and coalesce(customers.recency_day_count >= recency.value_from, true)
        and coalesce(customers.recency_day_count < recency.value_before, true)
    inner join cut_points as frequency
        on frequency.measure = 'frequency'
        and customers.as_of_date = frequency.as_of_date
        and coalesce(customers.frequency_order_count >= frequency.value_from, true)
        and coalesce(customers.frequency_order_count < frequency.value_before, true)
    inner join cut_points as monetary
        on monetary.measure = 'monetary'
        and customers.as_of_date = monetary.as_of_date
        and coalesce(customers.monetary_amount >= monetary.value_from, true)
        and coalesce(customers.monetary_amount < monetary.value_before, true)

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
    inner join segments
        on
        customers_scored.recency_score
        between segments.recency_score_from and segments.recency_score_to
        and customers_scored.frequency_score
        between segments.frequency_score_from and segments.frequency_score_to
        and customers_scored.monetary_score
        between segments.monetary_score_from and segments.monetary_score_to

)

select * from int_customers_rfm_scored
