-- One row per cache and number of slots: how often experts are found in a cache of a given size, by a policy.
--
-- Title: Expert cache
-- Definition: experts that do not fit into fast memory are loaded when a token needs them, and others have to go. The
--   recorded decisions are replayed, one question after another by number and in each token by token as in decoding, a
--   token through all layers; a prefill that runs a layer for a whole prompt reads less, see working_set. The cache is not
--   emptied between questions. It belongs to a layer, or to the model as a whole. Experts of a decision are needed together:
--   each is a hit if it was kept after the decision before; then all of them have slots, and other experts go, by the policy.
--   Simulators that evict after each single expert, in the order of ranks, as libCacheSim and moe-policylang, let experts of
--   one decision displace each other and have fewer hits: so does lru_single, which is their lru and only meant for
--   comparisons with them. With one expert for each decision belady is the same there, too. The lfu of moe-policylang
--   forgets the uses of an expert that goes. Policies: lru keeps what was used last, of one decision the later ranks; lfu
--   what was used most often since the beginning, whether in the cache or not, then what was used last; belady what is used
--   again soonest, which no policy exceeds that keeps the experts of a token when it has computed; random drops any, with a fixed seed; static holds the
--   most used experts of a run from the beginning and loads no others into the cache: of this run, or as a hot list of
--   another one.
-- Formula: with n uses, hit_rate = hits / n; cold_misses are first uses of an expert, which only a static set can have in
--   advance; evicted_misses = n - hits - cold_misses. misses_per_token = (n - hits) / tokens.
-- Source: Mattson et al. 1970, IBM Systems Journal 9(2), for all sizes in one pass; Belady 1966, IBM Systems Journal 5(2).
--   The numbers are those of justinchuby/onnx-genai, scripts/moe_cache_sim_results.json, for its traces.
-- Version: 1
-- Example: SELECT layer, slots, hit_rate, cold_misses, evicted_misses, misses_per_token, n
--   FROM expert_cache(1, 'prompt', 'layer', 'lru', 1)
--   ORDER BY layer, slots
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated
--   cache_of VARCHAR in layer, model: layer (each layer has a cache of its own) or model (one cache for the experts of all layers)
--   policy VARCHAR in lru, lru_single, lfu, belady, random, static: lru, lru_single, lfu, belady, random or static
--   fitted INTEGER of runs: Run whose most used experts a static cache holds: the run itself or another one; other policies do not read it
--
-- Columns:
--   layer SMALLINT NULL: Layer of the model, from 0; NULL for a cache of the model
--   slots INTEGER: Number of experts that the cache holds
--   n BIGINT: Number of uses of experts
--   hits BIGINT: Number of uses of experts that were in the cache
--   cold_misses BIGINT: Number of misses of experts that were not used before; 0 for a static cache
--   evicted_misses BIGINT: Number of other misses
--   hit_rate DOUBLE: Share of uses that are hits, 0 to 1
--   misses_per_token DOUBLE: Mean number of experts that are loaded for a token, in this layer or in all
--   tokens BIGINT: Number of tokens
WITH sizes AS (
    SELECT e.layer, max(e.expert) + 1 AS experts
    FROM experts AS e
    JOIN runs AS r ON r.run_id = e.run_id
    WHERE e.run_id = $run AND ($scope <> 'prompt' OR r.recorded = 'prompt')
    GROUP BY e.layer
),
caches AS (
    SELECT layer, experts AS slots, experts AS stride, experts AS keys
    FROM sizes
    WHERE $cache_of = 'layer'
    UNION ALL
    SELECT
        CAST(NULL AS SMALLINT) AS layer,
        sum(experts) AS slots,
        max(experts) AS stride,
        (max(layer) + 1) * max(experts) AS keys
    FROM sizes
    HAVING $cache_of = 'model' AND count(*) > 0
),
tokens_of_layers AS (
    SELECT u.layer, sum(u.n) AS tokens
    FROM layer_entropy AS u
    JOIN scopes AS v ON v.phase = u.phase AND v.is_last_prompt = u.is_last_prompt
    WHERE u.run_id = $run AND v.scope = $scope
    GROUP BY u.layer
)
SELECT
    c.layer,
    c.slots,
    c.n,
    c.hits,
    c.cold_misses,
    c.n - c.hits - c.cold_misses AS evicted_misses,
    c.hits / c.n AS hit_rate,
    (c.n - c.hits) / t.tokens AS misses_per_token,
    CAST(t.tokens AS BIGINT) AS tokens
FROM (
    SELECT
        layer,
        CAST(split_part(curve, ' ', 1) AS INTEGER) AS slots,
        CAST(split_part(curve, ' ', 2) AS BIGINT) AS n,
        CAST(split_part(curve, ' ', 3) AS BIGINT) AS cold_misses,
        CAST(split_part(curve, ' ', 4) AS BIGINT) AS hits
    FROM (
        SELECT layer, unnest(string_split(curves, ';')) AS curve
        FROM (
            SELECT
                layer,
                expert_cache_replay(
                    $run, coalesce(layer, -1), CAST(slots AS INTEGER), stride, keys, $scope, $policy, $fitted
                ) AS curves
            FROM caches
        ) AS replayed
    ) AS listed
) AS c
JOIN (
    SELECT layer, tokens FROM tokens_of_layers
    UNION ALL
    SELECT -1 AS layer, max(tokens) AS tokens FROM tokens_of_layers
) AS t ON t.layer = coalesce(c.layer, -1)
