with

invoice_lines as (

    select * from {{ source('accepted', 'uci_online_retail__invoice_lines') }}

),

stg_accepted__invoice_lines as (

    select
        {{ adapter.quote("InvoiceNo") }} as invoice_number,
        cast({{ adapter.quote("Quantity") }} as {{ dbt.type_bigint() }}) as quantity,
        {{ wall_clock_to_utc(adapter.quote("InvoiceDate"), "Europe/London") }} as invoiced_at,
        cast({{ adapter.quote("UnitPrice") }} as {{ dbt.type_numeric() }}) as unit_price_amount,
        {{ adapter.quote("CustomerID") }} as customer_number,
        {{ adapter.quote("InvoiceDate") }} as raw_event_time,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line
    from invoice_lines

)

select * from stg_accepted__invoice_lines
