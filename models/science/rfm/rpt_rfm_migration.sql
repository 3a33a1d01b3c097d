-- From both sides: a customer begins with its first purchase, and one whose only purchase was taken
-- back is gone.
with

customers as (

    select * from {{ ref('fct_customer_rfm_monthly') }}

),

months as (

    select
        as_of_date as month_end_date,
        lead(as_of_date) over (order by as_of_date) as next_month_end_date
    from {{ ref('int_rfm_dates_chosen') }}
    where is_month_end

),

customers_before as (

    select
        customers.customer_id,
        months.next_month_end_date as month_end_date,
        customers.segment_name,
        customers.monetary_amount
    from customers
    inner join months
        on customers.month_end_date = months.month_end_date
    where months.next_month_end_date is not null

),

customers_after as (

    select customers.*
    from customers
    inner join months
        on customers.month_end_date = months.next_month_end_date

),

customers_met as (

    select
        coalesce(customers_after.month_end_date, customers_before.month_end_date)
            as month_end_date,
        coalesce(customers_before.segment_name, 'No customer') as from_segment_name,
        coalesce(customers_after.segment_name, 'No customer') as to_segment_name,
        coalesce(customers_after.monetary_amount, 0)
        - coalesce(customers_before.monetary_amount, 0) as net_sales_amount
    from customers_after
    full outer join customers_before
        on customers_after.customer_id = customers_before.customer_id
        and customers_after.month_end_date = customers_before.month_end_date

),

rpt_rfm_migration as (

    select
        month_end_date,
        cast(from_segment_name as {{ dbt.type_string() }}) as from_segment_name,
        cast(to_segment_name as {{ dbt.type_string() }}) as to_segment_name,
        cast(count(*) as {{ dbt.type_bigint() }}) as customer_count,
        cast(sum(net_sales_amount) as {{ dbt.type_numeric() }}) as net_sales_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from customers_met
    group by month_end_date, from_segment_name, to_segment_name

)

select * from rpt_rfm_migration
