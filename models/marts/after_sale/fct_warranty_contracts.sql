with

warranty_contracts as (

    select
        *,
        {{ to_reporting_date('sold_at') }} as sold_date
    from {{ ref('stg_after_sale__warranty_contracts') }}

),

warranty_claims as (

    select * from {{ ref('fct_warranty_claims') }}

),

devices as (

    select * from {{ ref('dim_devices') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_filled') }}

),

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}

),

claims_added_up as (

    select
        contract_id,
        count(*) as claim_count,
        sum(case when is_granted then 1 else 0 end) as granted_claim_count,
        sum(cost_amount) as claim_cost_amount
    from warranty_claims
    group by contract_id

),

contracts_joined as (

    select
        warranty_contracts.*,
        devices.product_id,
        business_dates.business_date,
        claims_added_up.claim_count,
        claims_added_up.granted_claim_count,
        claims_added_up.claim_cost_amount,
        case
            when warranty_contracts.currency_code = '{{ currency_code() }}' then 1
            else exchange_rates.exchange_rate
        end as exchange_rate
    from warranty_contracts
    left join devices
        on warranty_contracts.serial_number = devices.device_id
    left join claims_added_up
        on warranty_contracts.contract_id = claims_added_up.contract_id
    left join exchange_rates
        on warranty_contracts.sold_date = exchange_rates.rate_date
        and warranty_contracts.currency_code = exchange_rates.currency_code
    cross join business_dates

),

fct_warranty_contracts as (

    select
        contract_id,
        serial_number as device_id,
        product_id,
        coalesce(customer_id, 'unknown') as customer_id,
        order_id,
        contract_kind,
        sold_at,
        sold_date,
        start_date,
        end_date,
        cast({{ dbt.datediff('start_date', 'end_date', 'day') }} + 1 as {{ dbt.type_bigint() }})
            as cover_day_count,
        coalesce(business_date between start_date and end_date, false) as is_active,
        cast(coalesce(claim_count, 0) as {{ dbt.type_bigint() }}) as claim_count,
        cast(coalesce(granted_claim_count, 0) as {{ dbt.type_bigint() }}) as granted_claim_count,
        cast(
            case when claim_count is null then 0 else claim_cost_amount end
            as {{ dbt.type_numeric() }}
        ) as claim_cost_amount,
        {{ in_reporting_currency('price_amount', 'currency_code', 'exchange_rate') }}
            as price_amount,
        '{{ currency_code() }}' as currency_code,
        cast(price_amount as {{ dbt.type_numeric() }}) as contract_currency_price_amount,
        currency_code as contract_currency_code,
        cast(exchange_rate as {{ dbt.type_numeric() }}) as exchange_rate
    from contracts_joined

)

select * from fct_warranty_contracts
