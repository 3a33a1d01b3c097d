with

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}

),

profit_lines as (

    select * from {{ ref('fct_profit_lines') }}
    where
        customer_id != 'unknown'
        and not has_unknown_cost

),

int_customer_margins as (

    select
        profit_lines.customer_id,
        cast(sum(profit_lines.net_sales_amount) as {{ dbt.type_numeric() }}) as net_sales_amount,
        cast(sum(profit_lines.gross_margin_amount) as {{ dbt.type_numeric() }})
            as gross_margin_amount
    from profit_lines
    inner join business_dates
        on profit_lines.order_date <= business_dates.business_date
    group by profit_lines.customer_id

)

select * from int_customer_margins
