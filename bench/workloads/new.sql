\set aid random(1, 100000)
SELECT abalance, priority FROM pgbench_accounts WHERE aid = :aid;
