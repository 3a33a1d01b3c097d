with

customers as (

    select * from {{ ref('int_customer_rfm_measures') }}

),

-- An end that is null is open.
cut_points as (

    select
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
        and coalesce(customers.recency_day_count >= recency.value_from, true)
        and coalesce(customers.recency_day_count < recency.value_before, true)
    inner join cut_points as frequency
        on frequency.measure = 'frequency'
        and coalesce(customers.frequency_order_count >= frequency.value_from, true)
        and coalesce(customers.frequency_order_count < frequency.value_before, true)
    inner join cut_points as monetary
        on monetary.measure = 'monetary'
        and coalesce(customers.monetary_amount >= monetary.value_from, true)
        and coalesce(customers.monetary_amount < monetary.value_before, true)

),

fct_customer_rfm as (

    select
        customer_id,
        business_date,
        recency_day_count,
        frequency_order_count,
        monetary_amount,
        currency_code,
        cast(recency_score as {{ dbt.type_bigint() }}) as recency_score,
        cast(frequency_score as {{ dbt.type_bigint() }}) as frequency_score,
        cast(monetary_score as {{ dbt.type_bigint() }}) as monetary_score
    from customers_scored

)

select * from fct_customer_rfm
