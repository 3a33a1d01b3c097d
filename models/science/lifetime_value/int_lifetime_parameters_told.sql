-- Whole thousandths, so that both warehouses write the same text.
with

parameters as (

    select
        *,
        cast(round(estimate * 1000) as {{ dbt.type_bigint() }}) as thousandths
    from {{ ref('lifetime_value_parameters') }}
    where fitted_for = 'forecast'

),

int_lifetime_parameters_told as (

    select
        model_name,
        {{ dbt.concat([
            "'\"'",
            "model_name",
            "'\": {'",
            "string_agg(" ~ dbt.concat([
                "'\"'",
                "parameter_name",
                "'\": '",
                "coalesce(cast(thousandths as " ~ dbt.type_string() ~ "), 'null')",
            ]) ~ ", ', ' order by parameter_name)",
            "'}'",
        ]) }} as told
    from parameters
    group by model_name

)

select * from int_lifetime_parameters_told
