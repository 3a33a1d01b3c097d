-- Whole thousandths, so that both warehouses write the same text.
with

effects as (

    select * from {{ ref('fct_channel_effects') }}
    where is_chosen

),

int_attribution_shares_told as (

    select
        {{ dbt.concat(["'attribution_'", "model_name"]) }} as model_name,
        {{ dbt.concat([
            "'{'",
            "string_agg(" ~ json_entry("channel_group", "round(1000 * model_share)")
            ~ ", ', ' order by channel_group)",
            "'}'",
        ]) }} as parameters,
        {{ json_object({
            "order of the chain": "max(markov_order)",
            "states": "max(state_count)",
            "log likelihood of 1000 steps held out": "round(1000 * max(holdout_log_likelihood))",
            "largest error in thousandths": "round(1000 * max(effect_error_bound))",
        }) }} as quality
    from effects
    group by model_name

)

select * from int_attribution_shares_told
