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
        cast(rate as {{ dbt.type_numeric() }}) as rate
    from fx_rates

)

select * from stg_commerce__fx_rates
