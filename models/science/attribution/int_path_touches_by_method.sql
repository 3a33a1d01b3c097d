{%- set fitted = ["markov", "shapley"] %}
{%- set methods = [
    "first", "last", "last_non_direct", "linear", "time_decay", "position", "equal_split"
] + fitted %}

with

touches as (

    select * from {{ ref('int_path_touches_weighed') }}

),

int_path_touches_by_method as (

    {% for method in methods -%}
    select
        order_id,
        customer_id,
        is_first_order,
        order_date,
        touch_id,
        '{{ method }}' as method,
        channel_group,
        campaign_id,
        touched_at,
        touch_position,
        touch_count,
        {{ method }}_weight as weight,
        {{ method ~ "_share" if method in fitted else "null" }} as model_share,
        net_sales_amount,
        gross_margin_amount,
        currency_code
    from touches
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from int_path_touches_by_method
