-- The least even layer is no more even than the mean of the layers, and no expert has less than none.
SELECT * FROM run_load
WHERE NOT (layers > 0 AND n > 0 AND max_violation >= mean_violation - 1e-9 AND mean_violation >= 0
    AND min_violation BETWEEN -1 AND 0 AND dead_share BETWEEN 0 AND 1 AND effective_share BETWEEN 0 AND 1 + 1e-9
    AND divergence >= 0);

-- It is of the layers of the run.
SELECT r.run_id
FROM run_load AS r
JOIN (
    SELECT run_id, scope, count(*) AS layers, max(max_violation) AS max_violation, avg(effective_experts / experts) AS share
    FROM layer_load
    GROUP BY run_id, scope
) AS l ON l.run_id = r.run_id AND l.scope = r.scope
WHERE r.layers <> l.layers OR r.max_violation <> l.max_violation OR abs(r.effective_share - l.share) > 1e-9;

-- The dead experts are the unused ones.
SELECT r.run_id
FROM run_load AS r
JOIN (
    SELECT run_id, scope, sum(unused) / sum(experts) AS share FROM unused_experts GROUP BY run_id, scope
) AS u ON u.run_id = r.run_id AND u.scope = r.scope
WHERE abs(r.dead_share - u.share) > 1e-9 OR (r.dead_share > 0) <> (r.min_violation = -1);

-- Loads are even in all layers or in none.
SELECT * FROM run_load WHERE (max_violation = 0) <> (divergence < 1e-11);
