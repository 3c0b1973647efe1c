-- All that leaves an expert goes somewhere.
SELECT run_id
FROM expert_transitions
GROUP BY run_id, scope, layer, expert
HAVING abs(sum(share) - 1) > 1e-9 OR abs(sum(mass_share) - 1) > 1e-9;

-- No more tokens reach the second than reached the first.
SELECT * FROM expert_transitions
WHERE NOT (together BETWEEN 1 AND n AND share BETWEEN 0 AND 1 AND mass_share BETWEEN 0 AND 1 + 1e-11 AND lift > 0);
