-- A margin that is known of less than half of the sales says nothing of the rest.
with

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}

),

profit_lines as (

    select * from {{ ref('fct_profit_lines') }}
    where customer_id != 'unknown'

),

int_lifetime_costs_known as (

    select
        business_dates.business_date,
        sum(profit_lines.costed_net_sales_amount) > 0.5 * sum(profit_lines.net_sales_amount)
            as has_known_costs
    from profit_lines
    inner join business_dates
        on profit_lines.order_date <= business_dates.business_date
    group by business_dates.business_date

)

select * from int_lifetime_costs_known
