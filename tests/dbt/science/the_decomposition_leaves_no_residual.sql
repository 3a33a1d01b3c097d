-- Before anything is rounded the formula's own effects, mix among them, add up to the change, but
-- for what floats lose.
{%- set float = dbt.type_float() %}

with

effects as (

    select
        week_start_date,
        compared_with,
        dimension_name,
        member_name,
        cast(net_sales_amount as {{ float }}) as net_sales,
        cast(base_net_sales_amount as {{ float }}) as base_net_sales,
        {{ sales_effects() | join(" + ") }} as explained
    from {{ ref('int_sales_effects') }}

),

the_decomposition_leaves_no_residual as (

    select * from effects
    where
        not abs(explained - (net_sales - base_net_sales))
        <= 0.0001 + 1e-9 * (abs(net_sales) + abs(base_net_sales))

)

select * from the_decomposition_leaves_no_residual
