-- A topic joins with its estimates, named as the simulated shop names what it planted.
with

channels as (

    select * from {{ ref('int_channel_odds_shown') }}
    where odds > 0

),

parameters as (

    select * from {{ ref('lifetime_value_parameters') }}
    where fitted_for = 'forecast' and estimate is not null

),

int_estimates_told as (

    select
        'attribution' as topic_name,
        method as model_name,
        channel_group as subject_name,
        ln(odds) as estimated_value,
        cast(null as {{ dbt.type_float() }}) as lower_value,
        cast(null as {{ dbt.type_float() }}) as upper_value
    from channels
    union all
    select
        'lifetime value' as topic_name,
        model_name,
        {{ dbt.concat(["model_name", "' '", "parameter_name"]) }} as subject_name,
        estimate as estimated_value,
        lower_estimate as lower_value,
        upper_estimate as upper_value
    from parameters

)

select * from int_estimates_told
