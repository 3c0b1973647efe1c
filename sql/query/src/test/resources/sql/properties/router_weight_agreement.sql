-- A correlation over the pairs of a layer.
SELECT a.run_id
FROM router_weight_agreement AS a
JOIN runs AS r ON r.run_id = a.run_id
WHERE NOT (a.r BETWEEN -1 - 1e-11 AND 1 + 1e-11 AND abs(a.r_squared - a.r * a.r) < 1e-11
    AND a.n BETWEEN 1 AND r.experts * (r.experts - 1) / 2);

-- Means of cosines.
SELECT * FROM router_weight_agreement WHERE NOT (abs(mean_router_cosine) <= 1 + 1e-9 AND abs(mean_cosine) <= 1 + 1e-9);
