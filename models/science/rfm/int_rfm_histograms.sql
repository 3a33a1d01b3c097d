{%- set measures = {
    "recency": {"column": "recency_day_count", "steps_in_unit": 1},
    "frequency": {"column": "frequency_order_count", "steps_in_unit": 1},
    "monetary": {"column": "monetary_amount", "steps_in_unit": 100},
} -%}
{%- set kept_digits = 3 -%}
{%- set highest_digits = 12 -%}
{%- set highest = 10 ** highest_digits -%}
{%- set most_cut_digits = highest_digits + 1 - kept_digits -%}

-- What the fit sees, bounded whatever the number of customers: each value is cut to its first
-- three digits, money counted in hundredths, and stays between 0 and 10^12. That leaves 1,000
-- values of up to three digits, 900 for each of nine more digits, and the end: 9,101 a measure
-- and date. A range of the fit begins where a step does, so a value falls into the range of its
-- step.
with

customers as (

    select * from {{ ref('int_customers_rfm_measured') }}

),

values_in_steps as (

    {%- for measure, told in measures.items() %}
    select
        as_of_date,
        '{{ measure }}' as measure,
        {{ told.steps_in_unit }} as steps_in_unit,
        cast(
            least(greatest(floor({{ told.column }} * {{ told.steps_in_unit }}), 0), {{ highest }})
            as {{ dbt.type_bigint() }}
        ) as value_in_steps
    from customers
    {{ "union all" if not loop.last }}
    {% endfor %}

),

values_with_steps as (

    select
        *,
        case
            {%- for cut_digit_count in range(most_cut_digits) %}
            when value_in_steps < {{ 10 ** (kept_digits + cut_digit_count) }}
                then {{ 10 ** cut_digit_count }}
            {%- endfor %}
            else {{ 10 ** most_cut_digits }}
        end as kept_step
    from values_in_steps

),

values_cut as (

    select
        as_of_date,
        measure,
        steps_in_unit,
        value_in_steps - mod(value_in_steps, kept_step) as value_in_steps
    from values_with_steps

),

int_rfm_histograms as (

    select
        as_of_date,
        measure,
        cast(value_in_steps as {{ dbt.type_float() }}) / steps_in_unit as measure_value,
        count(*) as customer_count
    from values_cut
    group by as_of_date, measure, value_in_steps, steps_in_unit

)

select * from int_rfm_histograms
