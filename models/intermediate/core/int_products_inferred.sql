-- A source with no product feed still sells products: its invoice lines name them, in several
-- wordings. The commonest is the name; among equals the latest, then the first in the alphabet.
-- Wordings that no priced line has come last: they are remarks of the stock room (thrown away).
with

invoice_lines as (

    select
        stock_code,
        nullif(trim(description), '') as description,
        case when unit_price_amount > 0 then 1 else 0 end as priced,
        invoiced_at
    from {{ ref('stg_uci_online_retail__invoice_lines') }}
    where stock_code is not null

),

descriptions_ranked as (

    select
        stock_code,
        description,
        row_number() over (
            partition by stock_code
            order by
                case when description is null then 1 else 0 end asc,
                max(priced) desc,
                count(*) desc,
                max(invoiced_at) desc,
                description asc
        ) as description_rank
    from invoice_lines
    group by stock_code, description

),

int_products_inferred as (

    select
        'uci_online_retail' as source_name,
        stock_code as product_id,
        coalesce(description, 'unknown') as product_name,
        true as is_active,
        true as is_inferred
    from descriptions_ranked
    where description_rank = 1

)

select * from int_products_inferred
