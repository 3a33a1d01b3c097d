-- The country of a customer is that of the latest invoice; of two at the same minute, the first
-- in the alphabet.
with

invoice_lines as (

    select * from {{ ref('stg_uci_online_retail__invoice_lines') }}
    where customer_number is not null and invoice_country is not null

),

countries_ranked as (

    select
        customer_number,
        invoice_country,
        row_number() over (
            partition by customer_number
            order by max(invoiced_at) desc, invoice_country asc
        ) as country_rank
    from invoice_lines
    group by customer_number, invoice_country

),

int_customers_located as (

    select
        customer_number as customer_id,
        invoice_country as country
    from countries_ranked
    where country_rank = 1

)

select * from int_customers_located
