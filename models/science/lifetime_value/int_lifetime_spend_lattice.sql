{%- set bins_per_unit = 50 -%}
{%- set lowest, highest = -250, 750 -%}

-- Bins of 2 % of the mean spend of a purchase, from 0.01 to 3 million; beyond, the outermost. Who
-- brought back all that he bought has no spend to learn from and is left out.
with

customers as (

    select * from {{ ref('int_customer_lifetimes') }}
    where net_sales_amount > 0

),

extents as (

    select
        fitted_for,
        is_exact
    from {{ ref('int_lifetime_extents') }}

),

customers_in_bins as (

    select
        customers.fitted_for,
        {{ lifetime_fit_count('(customers.frequency_count + 1)', 'extents.is_exact') }}
            as purchase_count,
        cast(
            least(
                greatest(
                    floor(
                        ln(
                            cast(customers.net_sales_amount as {{ dbt.type_float() }})
                            / (customers.frequency_count + 1)
                        ) * {{ bins_per_unit }}
                    ),
                    {{ lowest }}
                ),
                {{ highest }}
            ) as {{ dbt.type_bigint() }}
        ) as spend_bin
    from customers
    inner join extents
        on customers.fitted_for = extents.fitted_for

),

int_lifetime_spend_lattice as (

    select
        fitted_for,
        purchase_count,
        spend_bin,
        count(*) as customer_count
    from customers_in_bins
    group by fitted_for, purchase_count, spend_bin

)

select * from int_lifetime_spend_lattice
