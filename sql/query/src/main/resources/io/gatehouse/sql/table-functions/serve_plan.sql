-- One row per number of slots: how long a token would wait for experts to be loaded, if each layer kept that many in fast
-- memory.
--
-- Title: Serving plan
-- Definition: the misses of the caches of layers in lru_cache, times the time to load an expert. Loads are assumed to take
--   turns and to hide behind nothing, all experts to be of the same size, and each question to start with an empty cache; the
--   time of computation is not counted. Below top_k slots nothing is ever hit: that is the cliff. The knee is where the
--   curve lies farthest above the straight line from its first to its last point: beyond it a slot brings less than the
--   average.
-- Formula: misses_per_token = sum over layers of misses / (n / top_k); stall = misses_per_token expert_bytes / bandwidth;
--   cache_bytes = sum over layers of min(slots, experts) expert_bytes; knee: the largest (h(s) - h(k)) / (h(E) - h(k)) - (s - k)
--   / (E - k), h the hit rate of all layers, k and E the largest top_k and number of experts.
-- Source: two-point fits of bigrig 0.9.1, which come within 0.7 % for five of six models by its own account; the knee after
--   Satopaa et al. 2011, ICDCS workshops (Kneedle).
-- Version: 1
-- Example: SELECT slots, cache_bytes, fits, misses_per_token, stall_ms, is_knee
--   FROM serve_plan(1, 'prompt', 6291456, 268435456, 16000000000)
--   ORDER BY slots
--
-- Parameters:
--   run INTEGER: The run
--   scope VARCHAR: Tokens counted: prompt (all prompt tokens) or generated (the tokens that the model sampled)
--   expert_bytes BIGINT: Size of an expert
--   memory BIGINT: Bytes of fast memory for experts
--   bandwidth BIGINT: Bytes a second from where the other experts are
--
-- Columns:
--   slots BIGINT: Number of experts that each layer keeps, or all that it has
--   n BIGINT: Number of uses of an expert by a token, over all layers
--   cache_bytes BIGINT: Size of the caches of all layers
--   fits BOOLEAN: Whether that is no more than the memory
--   hit_rate DOUBLE: Share of the uses whose expert was in the cache, 0 to 1
--   misses_per_token DOUBLE: Mean number of experts that a token waits for, over all layers
--   stall_ms DOUBLE: Mean time that a token waits for them, in milliseconds
--   is_knee BOOLEAN: Whether the knee of the curve is here
SELECT
    slots,
    n,
    cache_bytes,
    cache_bytes <= $memory AS fits,
    hit_rate,
    significant(misses_per_token) AS misses_per_token,
    significant(misses_per_token * $expert_bytes * 1000 / $bandwidth) AS stall_ms,
    row_number() OVER (ORDER BY bend DESC, slots) = 1 AS is_knee
FROM (
    SELECT
        *,
        CASE WHEN slots < k THEN -1e0 ELSE significant(
            coalesce((hit_rate - first_hit_rate) / nullif(last_hit_rate - first_hit_rate, 0), 0e0)
                - coalesce((slots - k) / nullif(experts - k, 0), 0e0)
        ) END AS bend
    FROM (
        SELECT
            *,
            max(CASE WHEN slots = k THEN hit_rate END) OVER () AS first_hit_rate,
            max(CASE WHEN slots = experts THEN hit_rate END) OVER () AS last_hit_rate
        FROM (
            SELECT
                s.slots,
                CAST(sum(l.n) AS BIGINT) AS n,
                max(l.k) AS k,
                max(l.experts) AS experts,
                CAST(sum(least(s.slots, l.experts)) * $expert_bytes AS BIGINT) AS cache_bytes,
                sum(l.n - coalesce(c.misses, l.n)) / sum(l.n) AS hit_rate,
                sum(coalesce(c.misses, l.n) * l.k / l.n) AS misses_per_token
            FROM (
                SELECT c.layer, max(c.n) AS n, max(k.top_k) AS k, max(k.experts) AS experts
                FROM lru_cache AS c
                JOIN layers AS k ON k.run_id = c.run_id AND k.layer = c.layer
                WHERE c.run_id = $run AND c.scope = $scope AND c.cache = 'layer'
                GROUP BY c.layer
            ) AS l
            CROSS JOIN (SELECT max(experts) AS most FROM layers WHERE run_id = $run) AS m
            JOIN (SELECT range AS slots FROM range(1, 65536)) AS s ON s.slots <= m.most
            LEFT JOIN lru_cache AS c
                ON c.run_id = $run AND c.scope = $scope AND c.cache = 'layer' AND c.layer = l.layer
                    AND c.slots = least(s.slots, l.experts)
            GROUP BY s.slots
        ) AS summed
    ) AS measured
) AS bent
