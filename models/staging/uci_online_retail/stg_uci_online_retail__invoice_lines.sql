with

invoice_lines as (

    select * from {{ source('uci_online_retail', 'invoice_lines') }}

),

stg_uci_online_retail__invoice_lines as (

    select
        {{ adapter.quote("InvoiceNo") }} as invoice_number,
        {{ adapter.quote("StockCode") }} as stock_code,
        {{ adapter.quote("Description") }} as description,
        cast({{ adapter.quote("Quantity") }} as {{ dbt.type_bigint() }}) as quantity,
        {{ wall_clock_to_utc(adapter.quote("InvoiceDate"), "Europe/London") }} as invoiced_at,
        cast({{ adapter.quote("UnitPrice") }} as {{ dbt.type_numeric() }}) as unit_price_amount,
        {{ adapter.quote("CustomerID") }} as customer_number,
        {{ adapter.quote("Country") }} as invoice_country,
        {{ adapter.quote("InvoiceDate") }} as raw_event_time,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from invoice_lines

)

select * from stg_uci_online_retail__invoice_lines
