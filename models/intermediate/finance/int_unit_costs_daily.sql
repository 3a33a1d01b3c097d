{%- set far = "cast('9999-12-31' as date)" %}

with

product_costs as (

    select * from {{ ref('int_product_costs_chosen') }}

),

dates as (

    select date_day from {{ ref('dim_dates') }}

),

int_unit_costs_daily as (

    select
        product_costs.sku,
        dates.date_day,
        product_costs.unit_cost_amount,
        product_costs.cost_method
    from product_costs
    inner join dates
        on product_costs.valid_from_date <= dates.date_day
        and coalesce(product_costs.valid_to_date, {{ far }}) > dates.date_day

)

select * from int_unit_costs_daily
