with

order_lines as (

    select * from {{ ref('fct_order_lines') }}
    where line_type = 'return'

),

returns as (

    select * from {{ ref('fct_returns') }}

),

every_returned_line_is_in_returns as (

    select order_lines.order_line_id
    from order_lines
    left join returns
        on order_lines.order_line_id = returns.order_line_id
    where
        returns.order_line_id is null
        or order_lines.net_sales_amount + returns.returned_net_sales_amount != 0

)

select * from every_returned_line_is_in_returns
