with

warranty_contracts as (

    select * from {{ source('after_sale', 'warranty_contracts') }}

),

stg_after_sale__warranty_contracts as (

    select
        cast(contract_id as {{ dbt.type_string() }}) as contract_id,
        updated_at,
        serial_number,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        contract_kind,
        sold_at,
        start_date,
        end_date,
        cast(price_amount as {{ dbt.type_numeric() }}) as price_amount,
        currency_code
    from warranty_contracts

)

select * from stg_after_sale__warranty_contracts
