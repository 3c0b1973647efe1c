-- A correlation over no more experts than there are.
SELECT a.run_id
FROM weight_norm_agreement AS a
JOIN runs AS r ON r.run_id = a.run_id
WHERE NOT (a.spearman BETWEEN -1 - 1e-12 AND 1 + 1e-12 AND a.n BETWEEN 1 AND r.experts);

-- Every norm is held against the same figures.
SELECT run_id
FROM weight_norm_agreement
GROUP BY run_id, scope, layer, statistic
HAVING count(*) <> 5 OR min(n) <> max(n);
