-- A token is sent to top_k experts.
SELECT p.run_id
FROM pruning_criteria AS p
JOIN runs AS r ON r.run_id = p.run_id
WHERE r.source = 'gatehouse'
GROUP BY p.run_id, p.scope, p.layer, r.top_k, r.experts
HAVING abs(sum(p.frequency) - r.top_k) > 1e-9 OR count(*) <> r.experts OR max(p.frequency) > 1;

-- Sums are means times counts.
SELECT * FROM pruning_criteria
WHERE abs(gate_mass - frequency * mean_weight) > 1e-9 OR abs(ean_sum - n * ean_mean) > 1e-6 * ean_sum
    OR abs(weighted_ean - n * reap_raw) > 1e-6 * weighted_ean;

-- The mean of squares is not below the square of the mean.
SELECT * FROM pruning_criteria WHERE msan < ean_mean * ean_mean * (1 - 1e-9);

-- Who never fired has no outputs.
SELECT * FROM pruning_criteria WHERE n = 0 AND (frequency > 0 OR ean_mean IS NOT NULL OR reap IS NOT NULL);
