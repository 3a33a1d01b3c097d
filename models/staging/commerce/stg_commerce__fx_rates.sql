with

fx_rates as (

    select * from {{ source('commerce', 'fx_rates') }}

),

stg_commerce__fx_rates as (

    select
        rate_date,
        currency_code,
        updated_at,
        reporting_currency_code,
        cast(rate as {{ dbt.type_numeric() }}) as rate,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from fx_rates

)

select * from stg_commerce__fx_rates
