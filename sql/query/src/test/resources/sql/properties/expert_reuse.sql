-- A share of the experts of a token.
SELECT * FROM expert_reuse WHERE NOT (reuse BETWEEN 0 AND 1 AND chance BETWEEN 0 AND 1 AND n > 0);

-- With all experts chosen, all are chosen again.
SELECT * FROM expert_reuse WHERE chance = 1 AND reuse <> 1;

-- Fewer tokens have one further before them.
SELECT a.run_id
FROM expert_reuse AS a
JOIN expert_reuse AS b ON b.run_id = a.run_id AND b.scope = a.scope AND b.layer = a.layer
WHERE a.lag < b.lag AND a.n < b.n;
