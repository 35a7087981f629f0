select {{ pivot_all(ref('stg_orders')) }} from {{ ref('stg_orders') }}
