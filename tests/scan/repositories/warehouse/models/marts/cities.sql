select city from {{ ref('stg_clients') }}
