-- A correlation over no more experts than there are.
SELECT a.run_id
FROM criteria_agreement AS a
JOIN runs AS r ON r.run_id = a.run_id
WHERE NOT (a.spearman BETWEEN -1 - 1e-12 AND 1 + 1e-12 AND a.n BETWEEN 1 AND r.experts)
    OR a.criterion = a.other_criterion;

-- EAN's sum is frequency times its mean: with even frequencies the two agree.
SELECT a.run_id
FROM criteria_agreement AS a
JOIN (
    SELECT run_id, scope, layer
    FROM pruning_criteria
    WHERE n > 0
    GROUP BY run_id, scope, layer
    HAVING min(n) = max(n)
) AS e ON e.run_id = a.run_id AND e.scope = a.scope AND e.layer = a.layer
WHERE a.criterion = 'ean_sum' AND a.other_criterion = 'ean_mean' AND a.spearman < 1 - 1e-9;
