-- A conversion is an order that a session ended in. What replaces goods and what was cancelled is
-- none; a first order is the customer's first in any channel.
with

orders as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by ordered_at, order_id
        ) as order_number
    from {{ ref('fct_orders') }}
    where has_sale and order_status = 'completed' and exchange_of_order_id is null

),

order_heads as (

    select
        order_id,
        session_id
    from {{ ref('stg_commerce__orders') }}
    where session_id is not null and not is_deleted

),

business_dates as (

    select business_date from {{ ref('int_business_dates_chosen') }}

),

margins as (

    select
        order_id,
        sum(gross_margin_amount) as gross_margin_amount
    from {{ ref('fct_profit_lines') }}
    group by order_id

),

int_conversions_valued as (

    select
        orders.order_id,
        order_heads.session_id,
        orders.customer_id,
        orders.customer_id != 'unknown' and orders.order_number = 1 as is_first_order,
        orders.ordered_at,
        orders.order_date,
        orders.net_sales_amount,
        cast(coalesce(margins.gross_margin_amount, 0) as {{ dbt.type_numeric() }})
            as gross_margin_amount,
        orders.currency_code
    from orders
    inner join order_heads
        on orders.order_id = order_heads.order_id
    inner join business_dates
        on orders.order_date <= business_dates.business_date
    left join margins
        on orders.order_id = margins.order_id

)

select * from int_conversions_valued
