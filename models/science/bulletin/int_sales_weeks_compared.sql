-- Closed weeks, from Monday to Sunday, each beside the week before and beside the one 52 weeks
-- before, which has the same weekdays. A week is compared with a whole week of trade only.
{%- set bases = {
    "last week": ["has_previous", add_days("start_date", -7)],
    "last year": ["has_comparable", "comparable_start_date"],
} %}

with

weeks as (

    select
        *,
        row_number() over (order by start_date desc) as week_number
    from {{ ref('dim_periods') }}
    where grain = 'week' and is_traded and is_closed

),

int_sales_weeks_compared as (

    {% for compared_with, (has_base, base) in bases.items() -%}
    select
        start_date as week_start_date,
        end_date as week_end_date,
        '{{ compared_with }}' as compared_with,
        {{ base }} as base_start_date,
        cast(week_number as {{ dbt.type_bigint() }}) as week_number
    from weeks
    where {{ has_base }} and week_number <= {{ var('bulletin_week_count') }}
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select * from int_sales_weeks_compared
