-- Bins of 2 % of the mean spend of a purchase, from 0.01 to 3 million; beyond, the outermost. Who
-- brought back all that he bought has no spend to learn from and is left out.
with

customers as (

    select
        *,
        frequency_count + 1 as purchase_count,
        cast(net_sales_amount as {{ dbt.type_float() }}) / (frequency_count + 1) as mean_spend
    from {{ ref('int_customer_lifetimes') }}
    where net_sales_amount > 0

),

extents as (

    select * from {{ ref('int_lifetime_extents') }}

),

int_lifetime_spend_lattice as (

    select
        customers.fitted_for,
        {{ lifetime_fit_count('customers.purchase_count', 'extents.is_exact') }}
            as purchase_count,
        {{ lifetime_log_bin('customers.mean_spend', 50, -250, 750) }} as spend_bin,
        count(*) as customer_count
    from customers
    inner join extents
        on customers.fitted_for = extents.fitted_for
    group by 1, 2, 3

)

select * from int_lifetime_spend_lattice
