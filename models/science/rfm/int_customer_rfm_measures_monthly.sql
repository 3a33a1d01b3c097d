with

stays as (

    select * from {{ ref('int_rfm_orders_run_on') }}

),

goes as (

    select * from {{ ref('int_rfm_orders_replaced') }}

),

customers_both as (

    select
        coalesce(stays.customer_id, goes.customer_id) as customer_id,
        coalesce(stays.as_of_date, goes.as_of_date) as as_of_date,
        case
            when stays.last_purchase_date >= goes.last_purchase_date then stays.last_purchase_date
            else coalesce(goes.last_purchase_date, stays.last_purchase_date)
        end as last_purchase_date,
        coalesce(stays.frequency_order_count, 0) + coalesce(goes.frequency_order_count, 0)
            as frequency_order_count,
        coalesce(stays.monetary_amount, 0) + coalesce(goes.monetary_amount, 0) as monetary_amount
    from stays
    full outer join goes
        on stays.customer_id = goes.customer_id
        and stays.as_of_date = goes.as_of_date

),

int_customer_rfm_measures_monthly as (

    select
        customer_id,
        as_of_date,
        cast(
            {{ dbt.datediff('last_purchase_date', 'as_of_date', 'day') }}
            as {{ dbt.type_bigint() }}
        ) as recency_day_count,
        cast(frequency_order_count as {{ dbt.type_bigint() }}) as frequency_order_count,
        cast(monetary_amount as {{ dbt.type_numeric() }}) as monetary_amount
    from customers_both
    where last_purchase_date is not null

)

select * from int_customer_rfm_measures_monthly
