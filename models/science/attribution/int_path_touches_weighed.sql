-- A fitted method has a weight for each channel; on a path its touches share the channel's weight
-- evenly, however often it was met. A channel that does harm gets nothing.
{%- set half_life_seconds = var("attribution_half_life_days") * 86400 %}
{%- set weights = {
    "first": "case when touch_position = 1 then 1 else 0 end",
    "last": "case when touch_position = touch_count then 1 else 0 end",
    "last_non_direct": "case when touch_position = credited_position then 1 else 0 end",
    "linear": "1",
    "time_decay": "power(0.5, seconds_to_order / " ~ half_life_seconds ~ ".0)",
    "position": "case when touch_count <= 2 then 1.0 when touch_position in (1, touch_count) then 0.4"
    ~ " else 0.2 / (touch_count - 2) end",
    "equal_split": "1.0 / channel_touch_count",
    "markov": "greatest(coalesce(markov_share, 0), 0) / channel_touch_count",
    "shapley": "greatest(coalesce(shapley_share, 0), 0) / channel_touch_count",
} %}

with

touches_on_paths as (

    select * from {{ ref('int_path_touches_found') }}

),

channel_effects as (

    select * from {{ ref('fct_channel_effects') }}
    where is_chosen

),

touches_with_shares as (

    select
        touches_on_paths.*,
        coalesce(
            max(case when not touches_on_paths.is_direct then touches_on_paths.touch_position end)
                over (partition by touches_on_paths.order_id),
            touches_on_paths.touch_count
        ) as credited_position,
        count(*) over (
            partition by touches_on_paths.order_id, touches_on_paths.channel_group
        ) as channel_touch_count,
        markov.model_share as markov_share,
        shapley.model_share as shapley_share
    from touches_on_paths
    left join channel_effects as markov
        on markov.model_name = 'markov'
        and touches_on_paths.channel_group = markov.channel_group
    left join channel_effects as shapley
        on shapley.model_name = 'shapley'
        and touches_on_paths.channel_group = shapley.channel_group

),

int_path_touches_weighed as (

    select
        order_id,
        customer_id,
        is_first_order,
        order_date,
        touch_id,
        channel_group,
        campaign_id,
        touched_at,
        touch_position,
        touch_count,
        {%- for method, weight in weights.items() %}
        cast({{ weight }} as {{ dbt.type_float() }}) as {{ method }}_weight,
        {%- endfor %}
        markov_share,
        shapley_share,
        net_sales_amount,
        gross_margin_amount,
        currency_code
    from touches_with_shares

)

select * from int_path_touches_weighed
