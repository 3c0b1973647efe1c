-- Title: Experts loaded for a token
-- Finding: A {decoded} token uses {uses tenth} experts in all layers. With one LRU cache for {half} of the {experts} experts it
--   waits for {loads tenth} of them[; with the same size divided over one cache for each layer, it waits for {apart tenth}].
-- Finding: Up to {knee} {knee|expert|experts} in the one cache, a further expert saves {before} {before|load|loads} for a token on
--   average; from there to {experts}, it saves {beyond}.
-- Finding: The largest step is at {cliff} {cliff|expert|experts} in the one cache: with one fewer, a token waits for {step} more
--   {step|load|loads}.
-- Caption: Mean number of experts that must be loaded for a token, by the size of an LRU cache: one for the experts of all
--   layers, or one for each layer.
-- Note: The size is that of all caches together. A token waits for this number of experts, times the size of an expert, over
--   the bandwidth that they are loaded with; serve_plan computes the time. In one cache that is smaller than what a token uses,
--   the experts of a layer are displaced before the next token needs them.
-- X: Experts in all caches
-- Y: Experts loaded for a token
-- Chance: as many experts at random
-- Needs: sequences tokens
-- Missing: no token is known in the order in which the model read it
-- Views: serve_plan expert_cache
-- Picture: lines x=slots y=misses_per_token by=cache chance=random_set legend=chance
SELECT
    ':decoded' AS decoded,
    max(uses) AS uses,
    max(experts) AS experts,
    max(half) AS half,
    max(misses_per_token) FILTER (WHERE cache = 'model' AND slots = half) AS loads,
    max(misses_per_token) FILTER (WHERE cache = 'layer' AND slots = half) AS apart,
    max(slots) FILTER (WHERE cache = 'model' AND is_knee) AS knee,
    max((first_misses - misses_per_token) / (slots - 1)) FILTER (WHERE cache = 'model' AND is_knee AND slots > 1) AS before,
    max((misses_per_token - last_misses) / (experts - slots)) FILTER (WHERE cache = 'model' AND is_knee AND slots < experts)
        AS beyond,
    max(CASE WHEN slots > 1 THEN slots END) FILTER (WHERE cache = 'model' AND is_cliff) AS cliff,
    max(fewer_misses - misses_per_token) FILTER (WHERE cache = 'model' AND is_cliff) AS step
FROM (
    SELECT
        *,
        max(misses_per_token) OVER (PARTITION BY cache) AS first_misses,
        min(misses_per_token) OVER (PARTITION BY cache) AS last_misses,
        lag(misses_per_token) OVER (PARTITION BY cache ORDER BY slots) AS fewer_misses,
        CASE WHEN hit_rate < 1 THEN misses_per_token / (1 - hit_rate) END AS uses,
        max(slots) OVER () AS experts,
        CAST(floor(max(slots) OVER () / 2) AS INTEGER) AS half
    FROM (
        SELECT 'model' AS cache, * FROM serve_plan(:run_id, ':decoded', 'model', 'lru', 1, 1, 1)
        UNION ALL
        SELECT 'layer' AS cache, * FROM serve_plan(:run_id, ':decoded', 'layer', 'lru', 1, 1, 1)
    ) AS plans
) AS sized;

SELECT cache, slots, misses_per_token, uses * (1 - slots / experts) AS random_set, hit_rate, n
FROM (
    SELECT
        *,
        max(slots) OVER () AS experts,
        max(CASE WHEN hit_rate < 1 THEN misses_per_token / (1 - hit_rate) END) OVER () AS uses
    FROM (
        SELECT 1 AS place, 'one cache' AS cache, * FROM serve_plan(:run_id, ':decoded', 'model', 'lru', 1, 1, 1)
        UNION ALL
        SELECT 2 AS place, 'one of each layer' AS cache, * FROM serve_plan(:run_id, ':decoded', 'layer', 'lru', 1, 1, 1)
    ) AS plans
) AS sized
WHERE slots * 32 % experts < 32
ORDER BY place, slots;
