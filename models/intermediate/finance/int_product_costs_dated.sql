with

product_costs as (

    select * from {{ ref('stg_erp__product_costs') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_filled') }}

),

int_product_costs_dated as (

    select
        product_costs.sku,
        product_costs.valid_from_date,
        lead(product_costs.valid_from_date) over (
            partition by product_costs.sku
            order by product_costs.valid_from_date
        ) as valid_to_date,
        {{ in_reporting_currency(
            "product_costs.unit_cost_amount",
            "product_costs.currency_code",
            "exchange_rates.exchange_rate",
            digits=4,
        ) }} as unit_cost_amount
    from product_costs
    left join exchange_rates
        on product_costs.valid_from_date = exchange_rates.rate_date
        and product_costs.currency_code = exchange_rates.currency_code

)

select * from int_product_costs_dated
