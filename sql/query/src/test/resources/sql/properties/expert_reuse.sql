-- A share of the experts of a token.
SELECT * FROM expert_reuse WHERE NOT (reuse BETWEEN 0 AND 1 AND chance BETWEEN 0 AND 1 AND n > 0);

-- With all experts chosen, all are chosen again.
SELECT * FROM expert_reuse WHERE chance = 1 AND reuse <> 1;
