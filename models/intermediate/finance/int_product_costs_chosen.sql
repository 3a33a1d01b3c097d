with

costs_averaged as (

    select * from {{ ref('int_product_costs_averaged') }}

),

standard_costs as (

    select * from {{ ref('int_product_costs_dated') }}
    where unit_cost_amount is not null

),

first_averages as (

    select
        sku,
        min(received_date) as first_received_date
    from costs_averaged
    group by sku

),

costs_of_both_methods as (

    select
        sku,
        received_date as valid_from_date,
        'moving_average' as cost_method,
        unit_cost_amount,
        stock_unit_count,
        received_unit_count,
        received_cost_amount
    from costs_averaged
    union all
    select
        standard_costs.sku,
        standard_costs.valid_from_date,
        'standard' as cost_method,
        standard_costs.unit_cost_amount,
        cast(null as {{ dbt.type_bigint() }}) as stock_unit_count,
        cast(null as {{ dbt.type_bigint() }}) as received_unit_count,
        cast(null as {{ dbt.type_numeric() }}) as received_cost_amount
    from standard_costs
    left join first_averages
        on standard_costs.sku = first_averages.sku
    where
        first_averages.sku is null
        or standard_costs.valid_from_date < first_averages.first_received_date

),

int_product_costs_chosen as (

    select
        sku,
        valid_from_date,
        lead(valid_from_date) over (partition by sku order by valid_from_date) as valid_to_date,
        cast(cost_method as {{ dbt.type_string() }}) as cost_method,
        cast(unit_cost_amount as {{ dbt.type_numeric() }}) as unit_cost_amount,
        stock_unit_count,
        received_unit_count,
        cast(received_cost_amount as {{ dbt.type_numeric() }}) as received_cost_amount
    from costs_of_both_methods

)

select * from int_product_costs_chosen
