-- A cache misses what nobody can avoid, and no more than all.
SELECT * FROM lru_cache
WHERE NOT (n > 0 AND slots > 0 AND misses BETWEEN cold_misses AND n AND cold_misses > 0
    AND abs(hit_rate - (1 - misses / n)) < 1e-9 AND coalesce(warm_hit_rate BETWEEN 0 AND 1, cold_misses = n));

-- A larger one misses no more.
SELECT a.run_id
FROM lru_cache AS a
JOIN lru_cache AS b
    ON b.run_id = a.run_id AND b.scope = a.scope AND b.cache = a.cache AND b.layer IS NOT DISTINCT FROM a.layer
WHERE a.slots < b.slots AND a.misses < b.misses;

-- One that holds all experts of the layer has cold misses only.
SELECT c.run_id
FROM lru_cache AS c
JOIN layers AS k ON k.run_id = c.run_id AND k.layer = c.layer
WHERE c.cache = 'layer' AND c.slots = k.experts AND c.misses <> c.cold_misses;

-- One that holds the experts of one token hits what neighbours share, where no token is missing.
SELECT c.run_id
FROM lru_cache AS c
JOIN layers AS k ON k.run_id = c.run_id AND k.layer = c.layer
JOIN expert_reuse AS r ON r.run_id = c.run_id AND r.scope = c.scope AND r.layer = c.layer
JOIN reuse_distance AS d ON d.run_id = c.run_id AND d.scope = c.scope AND d.layer = c.layer
WHERE c.cache = 'layer' AND c.slots = k.top_k AND r.lag = 1 AND d.distance = 1 AND d.n = r.n * k.top_k
    AND abs(c.hit_rate * c.n - r.reuse * d.n) > 1e-6 * c.n;

-- With one layer the caches of layers and the cache of the model are one.
SELECT c.run_id
FROM lru_cache AS c
JOIN lru_cache AS m ON m.run_id = c.run_id AND m.scope = c.scope AND m.slots = c.slots
JOIN (SELECT run_id FROM layers GROUP BY run_id HAVING count(*) = 1) AS k ON k.run_id = c.run_id
WHERE c.cache = 'layer' AND m.cache = 'model' AND c.misses <> m.misses;
