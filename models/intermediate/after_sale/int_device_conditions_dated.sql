-- What rules of eligibility can ask of a device, each with the day that a rule counts from.
{%- set conditions = {
    "sold": "sold_date",
    "maker_cover_ends": "maker_cover_end_date",
    "extended": to_reporting_date("extended_at"),
    "retired": to_reporting_date("retired_at"),
    "failed": "case when is_failed then " ~ to_reporting_date("last_failed_at") ~ " end",
} %}

with

devices as (

    select * from {{ ref('dim_devices') }}

),

int_device_conditions_dated as (

    {% for condition_name, condition_date in conditions.items() -%}
    select
        device_id,
        customer_id,
        '{{ condition_name }}' as condition_name,
        {{ condition_date }} as condition_date
    from devices
    where {{ condition_date }} is not null
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from int_device_conditions_dated
