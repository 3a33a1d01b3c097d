-- The rule that dates the shop's weeks is a rule about the source: every transaction that names a
-- week must have happened, in the reporting time zone, within the dates that the rule gives it.
select
    transactions.week_number,
    transactions.transacted_at
from {{ ref('stg_complete_journey__transactions') }} as transactions
left join {{ ref('int_shop_weeks_dated') }} as shop_weeks
    on transactions.week_number = shop_weeks.week_number
    and shop_weeks.source_name = 'complete_journey'
where
    shop_weeks.week_number is null
    or {{ to_reporting_date('transactions.transacted_at') }} < shop_weeks.week_start_date
    or {{ to_reporting_date('transactions.transacted_at') }} > shop_weeks.week_end_date
