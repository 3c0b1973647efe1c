-- One row per size of an expert cache: how long a token waits for experts that are not in the cache, and which sizes stand
-- out.
--
-- Title: Serving plan
-- Definition: the misses of expert_cache times the bytes of an expert over the bandwidth of what they are loaded from. It
--   assumes experts of one size, memory that holds nothing but experts, one sequence decoded at a time, loads one after
--   another at full bandwidth, and no computation meanwhile; with loads that are begun ahead, and in batches, a token waits
--   less (see working_set). A short recording has more cold misses than a
--   long one: warm_stall_ms leaves them out. Three sizes are marked: is_largest, the
--   largest that fits; is_knee, beyond which each further slot saves less than the average slot; is_cliff, where one slot
--   fewer increases the stall most: for an lru cache of the model mostly the number of experts of one token, since a smaller
--   one has lost them all when the next token needs them.
-- Formula: stall_ms = misses_per_token * expert_mb / gb_per_s. The knee has the largest (1 - y) - x, x the slots and y the
--   stall, each from 0 to 1 over the sizes; the cliff the largest fall of the stall from one size less. There
--   is no knee where the curve nowhere lies above its chord, and no cliff where no size saves anything.
-- Source: the knee of Satopää et al. 2011, ICDCS Workshops (Kneedle); stalls as in bigrig 0.9 without a time for the
--   computation, which a recording does not have.
-- Version: 2
-- Example: SELECT slots, size_gb, hit_rate, misses_per_token, stall_ms, warm_stall_ms, fits, is_largest, is_knee, is_cliff
--   FROM serve_plan(1, 'prompt', 'layer', 'lru', 12.6, 0.5, 3.5)
--   ORDER BY slots
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated
--   cache_of VARCHAR in layer, model: layer (each layer has the same number of slots, or all of its experts) or model (one cache for the experts of all layers)
--   policy VARCHAR in lru, lfu, belady, random, static: lru, lfu, belady, random or static, which holds the most used experts of the run itself
--   expert_mb DOUBLE above 0: Size of an expert in megabytes of 10^6 bytes; layers.expert_bytes has it where the run knows it
--   memory_gb DOUBLE from 0: Memory for experts in gigabytes of 10^9 bytes
--   gb_per_s DOUBLE above 0: Bandwidth of what experts are loaded from, in gigabytes a second
--
-- Columns:
--   slots INTEGER: Number of experts that are held, of all layers together
--   size_gb DOUBLE: Their size in gigabytes
--   n BIGINT: Number of uses of experts
--   hit_rate DOUBLE: Share of uses that are hits, 0 to 1
--   misses_per_token DOUBLE: Mean number of experts that are loaded for a token
--   stall_ms DOUBLE: Mean time that a token waits for them, in milliseconds
--   warm_stall_ms DOUBLE: The same without first uses of an expert
--   fits BOOLEAN: Whether size_gb is no more than the memory
--   is_largest BOOLEAN: Whether it is the largest size that fits
--   is_knee BOOLEAN: Whether it is the knee
--   is_cliff BOOLEAN: Whether it is the cliff
WITH sizes AS (
    SELECT
        CAST(sum(step_slots) OVER smaller AS INTEGER) AS slots,
        CAST(sum(step_n) OVER smaller AS BIGINT) AS n,
        max(tokens) OVER () AS tokens,
        sum(step_hits) OVER smaller AS hits,
        sum(step_cold) OVER smaller AS cold_misses
    FROM (
        -- What one slot more in each layer that has as many experts adds.
        SELECT
            slots,
            count(*) AS step_slots,
            sum(CASE WHEN slots = 1 THEN n ELSE 0 END) AS step_n,
            sum(CASE WHEN slots = 1 THEN cold_misses ELSE 0 END) AS step_cold,
            sum(hits - fewer) AS step_hits,
            max(tokens) AS tokens
        FROM (
            SELECT *, coalesce(lag(hits) OVER (PARTITION BY layer ORDER BY slots), 0) AS fewer
            FROM expert_cache($run, $scope, $cache_of, $policy, $run)
        ) AS caches
        GROUP BY slots
    ) AS steps
    WINDOW smaller AS (ORDER BY slots)
)
SELECT
    slots,
    size_gb,
    n,
    hit_rate,
    misses_per_token,
    stall_ms,
    warm_stall_ms,
    size_gb <= $memory_gb AS fits,
    size_gb <= $memory_gb AND slots = max(CASE WHEN size_gb <= $memory_gb THEN slots END) OVER () AS is_largest,
    above_chord > 0 AND row_number() OVER (ORDER BY above_chord DESC, slots) = 1 AS is_knee,
    fall > 0 AND row_number() OVER (ORDER BY fall DESC, slots) = 1 AS is_cliff
FROM (
    SELECT
        *,
        round(coalesce(1 - (stall_ms - min(stall_ms) OVER ()) / nullif(max(stall_ms) OVER () - min(stall_ms) OVER (), 0), 0)
            - coalesce((slots - min(slots) OVER ()) / nullif(max(slots) OVER () - min(slots) OVER (), 0), 0), 12)
            AS above_chord,
        coalesce(lag(stall_ms) OVER (ORDER BY slots), n / tokens * $expert_mb / $gb_per_s) - stall_ms AS fall
    FROM (
        SELECT
            slots,
            slots * $expert_mb / 1000 AS size_gb,
            n,
            tokens,
            hits / n AS hit_rate,
            (n - hits) / tokens AS misses_per_token,
            (n - hits) / tokens * $expert_mb / $gb_per_s AS stall_ms,
            (n - hits - cold_misses) / tokens * $expert_mb / $gb_per_s AS warm_stall_ms
        FROM sizes
    ) AS timed
) AS compared
