-- Additive log-mean Divisia (LMDI-I, Ang 2005): sales of a product are customers x orders per
-- customer x units per order x its share of the units x shelf price x share kept after discounts.
-- The logarithm of each factor, weighted by the product's log mean, adds up to the change, in
-- whatever order factors are taken. What is sold in one week only goes to mix, its limit there; a
-- slice without orders on one side comes or goes with its customers. Even orders are how many of
-- one size would vary by chance as much as those of these sizes: few dear things vary more.
{%- set float = dbt.type_float() %}

with

weeks as (

    select * from {{ ref('int_sales_weeks_compared') }}

),

products as (

    select * from {{ ref('int_sales_products_compared') }}

),

traffic as (

    select * from {{ ref('int_sales_weekly_traffic') }}

),

slices as (

    select
        {% for side in ["", "base_"] -%}
        power(cast(sum({{ side }}sold_amount) as {{ float }}), 2)
        / nullif(
            sum(
                power(cast({{ side }}sold_amount as {{ float }}), 2)
                / greatest({{ side }}counted_unit_count, 1)
            ), 0
        ) as {{ side }}even_sales,
        {% endfor -%}
        week_start_date,
        compared_with,
        dimension_name,
        member_name,
        sum(sold_amount + taken_back_amount) as net_sales_amount,
        sum(base_sold_amount + base_taken_back_amount) as base_net_sales_amount,
        sum(sold_amount - base_sold_amount) as sold_change_amount,
        sum(taken_back_amount - base_taken_back_amount) as taken_back_change_amount,
        sum(case when is_sold_in_both then counted_unit_count end) as unit_count,
        sum(case when is_sold_in_both then base_counted_unit_count end) as base_unit_count,
        sum(log_mean) as weight,
        sum(log_mean * unit_log) as unit_effect,
        sum(log_mean * price_log) as price_effect,
        sum(log_mean * promotion_log) as promotion_effect,
        sum(case when is_sold_in_both then 0 else sold_amount - base_sold_amount end)
            as one_sided_amount
    from products
    group by week_start_date, compared_with, dimension_name, member_name

),

slices_with_traffic as (

    select
        slices.*,
        weeks.week_end_date,
        weeks.base_start_date,
        coalesce(traffic.customer_count, 0) as customer_count,
        coalesce(traffic.order_count, 0) as order_count,
        coalesce(base_traffic.customer_count, 0) as base_customer_count,
        coalesce(base_traffic.order_count, 0) as base_order_count,
        slices.weight is not null
        and traffic.order_count is not null
        and base_traffic.order_count is not null as is_decomposed
    from slices
    inner join weeks
        on slices.week_start_date = weeks.week_start_date
        and slices.compared_with = weeks.compared_with
    left join traffic
        on weeks.week_start_date = traffic.week_start_date
        and slices.dimension_name = traffic.dimension_name
        and slices.member_name = traffic.member_name
    left join traffic as base_traffic
        on weeks.base_start_date = base_traffic.week_start_date
        and slices.dimension_name = base_traffic.dimension_name
        and slices.member_name = base_traffic.member_name

),

logarithms as (

    select
        {% for measure in ["unit", "order", "customer"] -%}
        case
            when is_decomposed
                then ln(cast({{ measure }}_count as {{ float }}) / base_{{ measure }}_count)
        end as {{ measure }}_log,
        {% endfor -%}
        *
    from slices_with_traffic

),

int_sales_effects as (

    select
        week_start_date,
        week_end_date,
        compared_with,
        base_start_date,
        dimension_name,
        member_name,
        net_sales_amount,
        base_net_sales_amount,
        sold_change_amount,
        taken_back_change_amount,
        customer_count,
        base_customer_count,
        order_count,
        base_order_count,
        least(floor(coalesce(even_sales, 0)), order_count) as even_order_count,
        least(floor(coalesce(base_even_sales, 0)), base_order_count) as base_even_order_count,
        case
            when is_decomposed then weight * customer_log
            else cast(sold_change_amount as {{ float }})
        end as customers,
        coalesce(weight * (order_log - customer_log), 0) as frequency,
        coalesce(weight * (unit_log - order_log), 0) as basket,
        case when is_decomposed then price_effect else 0 end as price,
        case when is_decomposed then promotion_effect else 0 end as promotion,
        case
            when is_decomposed
                then unit_effect - weight * unit_log + cast(one_sided_amount as {{ float }})
            else 0
        end as mix,
        cast(taken_back_change_amount as {{ float }}) as returns
    from logarithms

)

select * from int_sales_effects
