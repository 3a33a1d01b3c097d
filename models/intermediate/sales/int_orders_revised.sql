-- Lines that nobody revised are known as of the order's date: they are what remains of the order
-- once its revised lines are taken off. Each version of a line then comes and goes.
with

lines_revised as (

    select * from {{ ref('int_lines_revised_valued') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

lines_added_up as (

    select
        order_id,
        max(customer_id) as customer_id,
        min(order_date) as order_date,
        sum(case when known_to_date is null then sale_line_count else 0 end) as sale_line_count,
        sum(case when known_to_date is null then return_line_count else 0 end)
            as return_line_count,
        sum(case when known_to_date is null then net_sales_amount else 0 end) as net_sales_amount
    from lines_revised
    group by order_id

),

order_heads as (

    select
        lines_added_up.order_id,
        coalesce(orders.customer_id, lines_added_up.customer_id, 'unknown') as customer_id,
        coalesce(orders.order_date, lines_added_up.order_date) as order_date,
        coalesce(orders.sale_line_count, 0) - lines_added_up.sale_line_count as sale_line_count,
        coalesce(orders.return_line_count, 0) - lines_added_up.return_line_count
            as return_line_count,
        coalesce(orders.net_sales_amount, 0) - lines_added_up.net_sales_amount as net_sales_amount
    from lines_added_up
    left join orders
        on lines_added_up.order_id = orders.order_id

),

changes as (

    select
        order_id,
        order_date as change_date,
        sale_line_count,
        return_line_count,
        net_sales_amount
    from order_heads
    union all
    select
        order_id,
        known_from_date as change_date,
        sale_line_count,
        return_line_count,
        net_sales_amount
    from lines_revised
    union all
    select
        order_id,
        known_to_date as change_date,
        -sale_line_count as sale_line_count,
        -return_line_count as return_line_count,
        -net_sales_amount as net_sales_amount
    from lines_revised
    where known_to_date is not null

),

changes_added_up as (

    select
        order_id,
        change_date,
        sum(sale_line_count) as sale_line_count,
        sum(return_line_count) as return_line_count,
        sum(net_sales_amount) as net_sales_amount
    from changes
    group by order_id, change_date

),

versions as (

    select
        order_id,
        change_date as known_from_date,
        lead(change_date) over (partition by order_id order by change_date) as known_to_date,
        sum(sale_line_count) over (
            partition by order_id order by change_date
            rows between unbounded preceding and current row
        ) as sale_line_count,
        sum(return_line_count) over (
            partition by order_id order by change_date
            rows between unbounded preceding and current row
        ) as return_line_count,
        sum(net_sales_amount) over (
            partition by order_id order by change_date
            rows between unbounded preceding and current row
        ) as net_sales_amount
    from changes_added_up

),

int_orders_revised as (

    select
        versions.order_id,
        order_heads.customer_id,
        order_heads.order_date,
        versions.known_from_date,
        versions.known_to_date,
        versions.sale_line_count > 0 as has_sale,
        versions.return_line_count > 0 as has_return,
        cast(versions.net_sales_amount as {{ dbt.type_numeric() }}) as net_sales_amount
    from versions
    inner join order_heads
        on versions.order_id = order_heads.order_id

)

select * from int_orders_revised
