-- Cover reaches further, and invitations back to when accounts were made: days that the calendar of
-- sales need not hold.
{%- set dated = [
    (ref('stg_after_sale__warranty_contracts'), "sold_at"),
    (ref('stg_after_sale__warranty_claims'), "claimed_at"),
] %}

with

spans as (

    {% for relation, column in dated -%}
    select
        min({{ column }}) as first_at,
        max({{ column }}) as last_at
    from {{ relation }}
    {{ "union all" if not loop.last }}
    {% endfor %}

),

int_after_sales_dated as (

    select
        {{ to_reporting_date('min(first_at)') }} as first_date,
        {{ to_reporting_date('max(last_at)') }} as last_date
    from spans

)

select * from int_after_sales_dated
