-- What a closed period is known to be now is what the report of its sales shows now.
select
    restatements.period_id,
    restatements.measure_name
from {{ ref('rpt_restatements') }} as restatements
left join {{ ref('rpt_sales_by_period') }} as sales_by_period
    on restatements.period_id = sales_by_period.period_id
    and restatements.measure_name = sales_by_period.measure_name
    and sales_by_period.dimension_name = 'shop'
where
    restatements.measure_name <> 'orders'
    and restatements.known_value <> coalesce(sales_by_period.value, 0)
