-- The last closed day: the var where it names one, else the last day with an order.
with

order_lines as (

    select max(order_date) as last_order_date from {{ ref('int_order_lines_unified') }}

),

int_business_dates_chosen as (

    select
        coalesce(
            cast(nullif('{{ var("business_date") }}', '') as date),
            last_order_date
        ) as business_date
    from order_lines

)

select * from int_business_dates_chosen
