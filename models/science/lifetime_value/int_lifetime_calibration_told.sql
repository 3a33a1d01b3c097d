-- In whole hundredths, so that both warehouses write the same text; null without a calibration.
with

tenths as (

    select * from {{ ref('rpt_lifetime_value_calibration') }}

),

totals as (

    select
        round(100 * sum(expected_purchases) / nullif(sum(purchase_count), 0)) as expected,
        round(100 * sum(in_range_share * customer_count) / sum(customer_count)) as in_range
    from tenths

),

int_lifetime_calibration_told as (

    select
        {{ dbt.concat([
            json_entry("'expected of 100 purchases that came'", "expected"),
            "', '",
            json_entry("'in range of 100 customers'", "in_range"),
        ]) }} as told
    from totals

)

select * from int_lifetime_calibration_told
