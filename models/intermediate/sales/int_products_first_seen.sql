-- What turns a line's product from unknown to known is the first sight of the product here,
-- whatever way it came: a catalogue, a late catalogue, or a row replayed from quarantine under an
-- older delivery. Its number is the ledger's end, beyond which dim_products cannot have seen.
with

products as (

    select product_id from {{ ref('dim_products') }}

),

ledger as (

    select coalesce(max(published_seq), 0) as published_seq from {{ ref('stg_ops__deliveries') }}

),

int_products_first_seen as (

    select
        products.product_id,
        ledger.published_seq
    from products
    cross join ledger
    {% if is_incremental() -%}
    where products.product_id not in (select product_id from {{ this }})
    {%- endif %}

)

select * from int_products_first_seen
