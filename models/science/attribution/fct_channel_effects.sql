-- What the fits say of the channels, in one table; credit is given by the rows that are in use.
with

markov_effects as (

    select * from {{ ref('attribution_markov') }}

),

shapley_effects as (

    select * from {{ ref('attribution_shapley') }}

),

effects as (

    select
        'markov' as model_name,
        markov_order,
        is_chosen,
        channel_group,
        removal_effect as effect,
        cast(0 as {{ dbt.type_float() }}) as effect_error_bound,
        model_share,
        state_count,
        holdout_log_likelihood
    from markov_effects
    union all
    select
        'shapley' as model_name,
        0 as markov_order,
        true as is_chosen,
        channel_group,
        shapley_value as effect,
        error_bound as effect_error_bound,
        model_share,
        null as state_count,
        null as holdout_log_likelihood
    from shapley_effects

),

fct_channel_effects as (

    select
        model_name,
        cast(markov_order as {{ dbt.type_bigint() }}) as markov_order,
        is_chosen,
        channel_group,
        cast(effect as {{ dbt.type_float() }}) as effect,
        cast(effect_error_bound as {{ dbt.type_float() }}) as effect_error_bound,
        cast(model_share as {{ dbt.type_float() }}) as model_share,
        cast(state_count as {{ dbt.type_bigint() }}) as state_count,
        cast(holdout_log_likelihood as {{ dbt.type_float() }}) as holdout_log_likelihood
    from effects

)

select * from fct_channel_effects
