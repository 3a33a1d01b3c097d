-- A customer's own rate, shrunk to the shop's by how much was bought. Where customers differ by
-- chance only, or nothing was bought whose cost is known, it is the shop's.
with

customers as (

    select
        customer_id,
        cast(gross_margin_amount as {{ dbt.type_float() }}) as margin,
        cast(net_sales_amount as {{ dbt.type_float() }}) as sales
    from {{ ref('int_customer_margins') }}

),

parameters as (

    select * from {{ ref('int_lifetime_value_parameters') }}
    where fitted_for = 'forecast'

),

int_customer_margin_rates as (

    select
        customers.customer_id,
        case
            when parameters.prior_spend is null or customers.sales <= 0 then parameters.rate
            else
                (customers.margin + parameters.prior_spend * parameters.rate)
                / (customers.sales + parameters.prior_spend)
        end as margin_rate
    from customers
    cross join parameters

)

select * from int_customer_margin_rates
