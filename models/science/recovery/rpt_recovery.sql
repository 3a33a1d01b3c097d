{%- set number = dbt.type_numeric() %}

with

planted as (

    select * from {{ ref('stg_simulation__planted_truths') }}

),

estimates as (

    select * from {{ ref('int_estimates_told') }}

),

rpt_recovery as (

    select
        planted.topic_name,
        cast(estimates.model_name as {{ dbt.type_string() }}) as model_name,
        planted.subject_name,
        cast(round(planted.planted_value, 6) as {{ number }}) as planted_value,
        cast(round(estimates.estimated_value, 6) as {{ number }}) as estimated_value,
        cast(round(estimates.estimated_value - planted.planted_value, 6) as {{ number }})
            as error_value,
        cast(round(estimates.lower_value, 6) as {{ number }}) as lower_value,
        cast(round(estimates.upper_value, 6) as {{ number }}) as upper_value,
        planted.planted_value between estimates.lower_value and estimates.upper_value as is_covered
    from planted
    inner join estimates
        on planted.topic_name = estimates.topic_name
        and planted.subject_name = estimates.subject_name

)

select * from rpt_recovery
