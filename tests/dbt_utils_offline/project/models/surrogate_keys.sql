with

pairs as (

    select
        'both' as pair,
        'a' as left_part,
        1 as right_part
    union all
    select
        'null' as pair,
        null as left_part,
        1 as right_part
    union all
    select
        'empty' as pair,
        '' as left_part,
        1 as right_part
    union all
    select
        'all_null' as pair,
        null as left_part,
        null as right_part

),

surrogate_keys as (

    select
        pair,
        {{ dbt_utils.generate_surrogate_key(["left_part", "right_part"]) }} as key_of_two,
        {{ dbt_utils.generate_surrogate_key(["right_part"]) }} as key_of_one
    from pairs

)

select * from surrogate_keys
