with

warranty_claims as (

    select
        *,
        {{ to_reporting_date('claimed_at') }} as claimed_date,
        {{ to_reporting_date('closed_at') }} as closed_date
    from {{ ref('stg_after_sale__warranty_claims') }}

),

warranty_contracts as (

    select * from {{ ref('stg_after_sale__warranty_contracts') }}

),

devices as (

    select * from {{ ref('dim_devices') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_filled') }}

),

claims_joined as (

    select
        warranty_claims.*,
        warranty_contracts.contract_kind,
        warranty_contracts.start_date,
        warranty_contracts.end_date,
        devices.product_id,
        devices.sold_date,
        case
            when warranty_claims.currency_code = '{{ currency_code() }}' then 1
            else exchange_rates.exchange_rate
        end as exchange_rate
    from warranty_claims
    left join warranty_contracts
        on warranty_claims.contract_id = warranty_contracts.contract_id
    left join devices
        on warranty_claims.serial_number = devices.device_id
    left join exchange_rates
        on warranty_claims.claimed_date = exchange_rates.rate_date
        and warranty_claims.currency_code = exchange_rates.currency_code

),

fct_warranty_claims as (

    select
        claim_id,
        contract_id,
        serial_number as device_id,
        product_id,
        coalesce(customer_id, 'unknown') as customer_id,
        coalesce(contract_kind, 'unknown') as contract_kind,
        claimed_at,
        claimed_date,
        coalesce(failure_code, 'unknown') as failure_code,
        status,
        status != 'open' as is_closed,
        status in ('repaired', 'replaced') as is_granted,
        closed_at,
        cast({{ dbt.datediff('claimed_date', 'closed_date', 'day') }} as {{ dbt.type_bigint() }})
            as days_to_close_count,
        cast({{ dbt.datediff('sold_date', 'claimed_date', 'day') }} as {{ dbt.type_bigint() }})
            as device_age_day_count,
        claimed_date between start_date and end_date as is_within_cover,
        {{ in_reporting_currency('cost_amount', 'currency_code', 'exchange_rate') }} as cost_amount,
        '{{ currency_code() }}' as currency_code,
        cast(cost_amount as {{ dbt.type_numeric() }}) as claim_currency_cost_amount,
        currency_code as claim_currency_code,
        cast(exchange_rate as {{ dbt.type_numeric() }}) as exchange_rate
    from claims_joined

)

select * from fct_warranty_claims
