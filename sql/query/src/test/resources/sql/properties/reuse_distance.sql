-- A share of activations, of a whole number of tokens, and no distance without tokens.
SELECT d.run_id
FROM reuse_distance AS d
JOIN layers AS k ON k.run_id = d.run_id AND k.layer = d.layer
WHERE NOT (d.n > 0 AND d.n % k.top_k = 0 AND d.within BETWEEN 0 AND 1 AND d.uniform BETWEEN 0 AND 1);

-- Where no token is missing, the nearest distance is the reuse of neighbours.
SELECT d.run_id
FROM reuse_distance AS d
JOIN expert_reuse AS r ON r.run_id = d.run_id AND r.scope = d.scope AND r.layer = d.layer AND r.lag = d.distance
JOIN layers AS k ON k.run_id = d.run_id AND k.layer = d.layer
WHERE d.distance = 1 AND (d.n > r.n * k.top_k OR (d.n = r.n * k.top_k AND abs(d.within - r.reuse) > 1e-9));

-- What fired at the token that far before is within the distance.
SELECT d.run_id
FROM reuse_distance AS d
JOIN expert_reuse AS r ON r.run_id = d.run_id AND r.scope = d.scope AND r.layer = d.layer AND r.lag = d.distance
JOIN layers AS k ON k.run_id = d.run_id AND k.layer = d.layer
WHERE d.n = r.n * k.top_k AND d.within < r.reuse - 1e-9;
