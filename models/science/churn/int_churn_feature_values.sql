-- Every value that a feature can have, and -1 for none.
{%- set digits = range(10) %}

with

features as (

    select
        *,
        row_number() over (order by feature_name) as feature_number
    from {{ ref('churn_features') }}

),

digits as (

    {% for digit in digits -%}
    select {{ digit }} as digit {{ "union all" if not loop.last }}
    {% endfor %}

),

numbers as (

    select 100 * hundreds.digit + 10 * tens.digit + ones.digit as number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    union all
    select -1 as number

),

int_churn_feature_values as (

    select
        features.feature_name,
        features.feature_number,
        features.monotone_sign,
        features.high_from_value,
        cast(numbers.number as {{ dbt.type_bigint() }}) as feature_value
    from features
    inner join numbers
        on features.largest_value >= numbers.number

)

select * from int_churn_feature_values
