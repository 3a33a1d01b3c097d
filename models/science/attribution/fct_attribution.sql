-- The weights of a path are brought to one; where all weigh nothing, touches count alike.
with

weights as (

    select * from {{ ref('int_path_touches_by_method') }}

),

-- In the order of the touches, for the last digit of a sum hangs on it.
path_weights as (

    select
        *,
        sum(weight) over (
            partition by order_id, method
            order by touch_position
            rows between unbounded preceding and unbounded following
        ) as path_weight
    from weights

),

credits as (

    select
        *,
        case
            when path_weight > 0 then weight / path_weight
            else cast(1 as {{ dbt.type_float() }}) / touch_count
        end as credit_share
    from path_weights

),

amounts as (

    select
        *,
        {%- for amount in ["net_sales_amount", "gross_margin_amount"] %}
        cast(round({{ amount }} * credit_share, 4) as {{ dbt.type_numeric() }})
            as credited_{{ amount }},
        {%- endfor %}
        touch_position = touch_count as is_last_touch
    from credits

),

-- The last touch takes what rounding leaves.
fct_attribution as (

    select
        order_id,
        touch_id,
        method,
        channel_group,
        campaign_id,
        customer_id,
        is_first_order,
        touched_at,
        order_date,
        cast(touch_position as {{ dbt.type_bigint() }}) as touch_position,
        cast(touch_count as {{ dbt.type_bigint() }}) as touch_count,
        credit_share,
        cast(model_share as {{ dbt.type_float() }}) as model_share,
        {%- for amount in ["net_sales_amount", "gross_margin_amount"] %}
        cast(
            credited_{{ amount }} + case
                when is_last_touch
                    then
                        {{ amount }}
                        - sum(credited_{{ amount }}) over (partition by order_id, method)
                else 0
            end as {{ dbt.type_numeric() }}
        ) as credited_{{ amount }},
        {%- endfor %}
        currency_code
    from amounts

)

select * from fct_attribution
