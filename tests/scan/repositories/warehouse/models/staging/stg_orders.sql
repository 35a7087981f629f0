{{ config(materialized='view') }}
with source as (
    select * from {{ source('shop', 'orders') }}
)
select
    id as order_id,
    customer_id,
    total::number(10, 2) as amount,
    iff(status = 'open', 1, 0) as is_open
from source
