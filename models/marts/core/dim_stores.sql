{%- set attributes = [
    "city",
    "state",
    "country_code",
    "time_zone",
    "currency_code",
] %}

with

stores_named as (

    select * from {{ ref('int_stores_named') }}

),

stores as (

    select * from {{ ref('stg_complete_journey__stores') }}

),

stores_versioned as (

    select * from {{ ref('int_stores_versioned') }}
    where is_current

),

stores_described as (

    select
        stores_named.store_id,
        case
            when stores_versioned.store_id is not null then 'erp'
            when stores.store_id is not null then 'complete_journey'
            else 'unknown'
        end as source_name,
        stores_versioned.store_name,
        {%- for attribute in attributes %}
        stores_versioned.{{ attribute }},
        {%- endfor %}
        stores_versioned.trading_day_start_hour,
        stores_versioned.floor_square_metre_count,
        stores_versioned.opened_date,
        stores_versioned.closed_date,
        stores.first_transaction_date,
        coalesce(stores_versioned.channel, stores_named.store_id) = 'online' as is_online,
        stores.store_id is null and stores_versioned.store_id is null as is_undescribed
    from stores_named
    left join stores
        on stores_named.store_id = stores.store_id
    left join stores_versioned
        on stores_named.store_id = stores_versioned.store_id

),

dim_stores as (

    select
        store_id,
        source_name,
        cast(coalesce(store_name, store_id) as {{ dbt.type_string() }}) as store_name,
        {%- for attribute in attributes %}
        cast(coalesce({{ attribute }}, 'unknown') as {{ dbt.type_string() }}) as {{ attribute }},
        {%- endfor %}
        cast(coalesce(trading_day_start_hour, 0) as {{ dbt.type_bigint() }})
            as trading_day_start_hour,
        cast(floor_square_metre_count as {{ dbt.type_bigint() }}) as floor_square_metre_count,
        cast(opened_date as date) as opened_date,
        cast(closed_date as date) as closed_date,
        cast(first_transaction_date as date) as first_transaction_date,
        is_online,
        is_undescribed and not is_online as is_inferred
    from stores_described
    union all
    select
        'unknown' as store_id,
        'unknown' as source_name,
        'unknown' as store_name,
        {%- for attribute in attributes %}
        'unknown' as {{ attribute }},
        {%- endfor %}
        cast(0 as {{ dbt.type_bigint() }}) as trading_day_start_hour,
        cast(null as {{ dbt.type_bigint() }}) as floor_square_metre_count,
        cast(null as date) as opened_date,
        cast(null as date) as closed_date,
        cast(null as date) as first_transaction_date,
        false as is_online,
        false as is_inferred

)

select * from dim_stores
