-- Average after a receipt = share of the stock that was there before × average before + cost of the
-- receipt ÷ units then on hand. So a receipt counts in a later average as much as the shares kept
-- between the two multiply to, and a product of shares is a sum of logarithms: one running sum
-- finds all averages. It goes in blocks, for exp(300) is a number and exp(800) is none; what lies
-- more than a block back has vanished.
{%- set nothing_kept = -1000 %}
{%- set block = 300 %}

with

receipts as (

    select
        *,
        cast(stock_unit_count as {{ dbt.type_float() }})
        / (stock_unit_count + received_unit_count) as kept_share
    from {{ ref('int_receipts_costed') }}

),

receipts_decayed as (

    select
        *,
        cast(received_cost_amount as {{ dbt.type_float() }})
        / (stock_unit_count + received_unit_count)
        + kept_share * cast(coalesce(stock_unit_cost_amount, 0) as {{ dbt.type_float() }})
            as brought_cost,
        sum(
            case
                when is_first or kept_share = 0 then {{ nothing_kept }}
                else ln(nullif(kept_share, 0))
            end
        ) over (
            partition by sku
            order by received_date
            rows between unbounded preceding and current row
        ) as decay
    from receipts

),

receipts_in_blocks as (

    select
        *,
        cast(floor(-decay / {{ block }}) as {{ dbt.type_bigint() }}) as block_number,
        decay + {{ block }} * floor(-decay / {{ block }}) as decay_in_block
    from receipts_decayed

),

receipts_summed as (

    select
        *,
        sum(brought_cost * exp(-decay_in_block)) over (
            partition by sku, block_number
            order by received_date
            rows between unbounded preceding and current row
        ) as cost_in_block
    from receipts_in_blocks

),

blocks_summed as (

    select
        sku,
        block_number + 1 as next_block_number,
        max(cost_in_block) as cost_in_block
    from receipts_summed
    group by sku, block_number

),

int_product_costs_averaged as (

    select
        receipts_summed.sku,
        receipts_summed.received_date,
        receipts_summed.stock_unit_count,
        receipts_summed.received_unit_count,
        receipts_summed.received_cost_amount,
        -- To six places first: that takes the noise of a float out of ties, on both warehouses.
        round(
            cast(
                round(
                    exp(receipts_summed.decay_in_block) * (
                        receipts_summed.cost_in_block
                        + coalesce(blocks_summed.cost_in_block, 0) * exp(-{{ block }})
                    ),
                    6
                ) as {{ dbt.type_numeric() }}
            ),
            4
        ) as unit_cost_amount
    from receipts_summed
    left join blocks_summed
        on receipts_summed.sku = blocks_summed.sku
        and receipts_summed.block_number = blocks_summed.next_block_number

)

select * from int_product_costs_averaged
