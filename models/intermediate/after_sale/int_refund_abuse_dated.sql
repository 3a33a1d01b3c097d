-- A few returns are nobody's fault, so a smallest number is asked for beside the share.
with

person_years as (

    select * from {{ ref('int_person_years_counted') }}
    where
        return_line_count >= {{ var("refund_abuse_line_count") }}
        and return_line_count >= {{ var("refund_abuse_share") }} * sale_line_count

),

customers_identified as (

    select * from {{ ref('int_customers_identified') }}

),

int_refund_abuse_dated as (

    select
        customers_identified.customer_id,
        person_years.last_return_date as refunds_abused_date
    from person_years
    inner join customers_identified
        on person_years.person_id = customers_identified.person_id

)

select * from int_refund_abuse_dated
