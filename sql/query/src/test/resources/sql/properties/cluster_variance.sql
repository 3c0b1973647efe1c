-- Variances, and their ratio.
SELECT * FROM cluster_variance
WHERE NOT (within_variance >= 0 AND variance >= 0 AND abs(ratio * variance - within_variance) < 1e-11
    AND abs(mean_router_cosine) <= 1 + 1e-9);

-- Over the experts of a layer.
SELECT c.run_id
FROM cluster_variance AS c
JOIN runs AS r ON r.run_id = c.run_id
WHERE c.n NOT BETWEEN 2 AND r.experts;
