-- Whole thousandths, so that both warehouses write the same text.
with

parameters as (

    select * from {{ ref('lifetime_value_parameters') }}
    where fitted_for = 'forecast'

),

int_lifetime_parameters_told as (

    select
        model_name,
        {{ dbt.concat([
            "'\"'",
            "model_name",
            "'\": {'",
            "string_agg(" ~ json_entry("parameter_name", "round(estimate * 1000)")
            ~ ", ', ' order by parameter_name)",
            "'}'",
        ]) }} as told
    from parameters
    group by model_name

)

select * from int_lifetime_parameters_told
