-- One row per run, scope, cache, layer and number of slots: how many experts a cache that replaces the least recently used
-- one would have had to load.
--
-- Group: Serving
-- Order: 3
-- Title: Expert cache of the least recently used
-- Definition: a replay of the recorded routing. The experts of a token in a layer are asked for together, and none of them is
--   replaced by another of them; a later rank counts as more recent. Each question starts with an empty cache, so that the
--   first use of an expert in a question is a cold miss, which no policy avoids. cache is layer for a cache of that many
--   slots of each layer, model for one cache that all layers share, in the order in which a token passes them. A cache of
--   fewer slots than one token needs never hits and has no row. Only runs that recorded all tokens have rows; tokens that
--   were not recorded are taken as not there. Fewer misses are not always faster: loads can be hidden behind computation.
-- Formula: the stack distance of a use is the number of distinct experts used since the last use of the same one, itself
--   included; misses = uses with a distance larger than slots, or none; hit_rate = 1 - misses / n; warm_hit_rate = hits / (n
--   - cold_misses). One pass gives all sizes, because a larger cache holds what a smaller one does.
-- Source: Mattson et al. 1970, IBM Systems Journal 9(2). The trace of justinchuby/onnx-genai, commit ac9c7dd0, gives its
--   published numbers of misses.
-- Version: 1
-- Example: SELECT layer, slots, hit_rate, warm_hit_rate, misses, cold_misses, n
--   FROM lru_cache
--   WHERE run_id = 1 AND scope = 'prompt' AND cache = 'layer'
--   ORDER BY layer, slots
-- Picture: lines x=slots y=hit_rate by=layer
--   SELECT layer, slots, hit_rate
--   FROM lru_cache
--   WHERE run_id = 1 AND scope = 'prompt' AND cache = 'layer'
--   ORDER BY layer, slots
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: prompt (all prompt tokens) or generated (the tokens that the model sampled)
--   cache VARCHAR: layer (a cache for each layer) or model (one cache of all layers)
--   layer SMALLINT NULL: Layer of the model, from 0; NULL for a cache of all layers
--   slots BIGINT: Number of experts that fit into the cache
--   n BIGINT: Number of uses of an expert by a token
--   misses BIGINT: Number of those whose expert was not in the cache
--   cold_misses BIGINT: Number of those that were the first of their expert in the question
--   hit_rate DOUBLE: Share of the uses whose expert was in the cache, 0 to 1
--   warm_hit_rate DOUBLE NULL: The same without the cold misses; NULL if there are no other uses
WITH uses AS (
    SELECT
        run_id,
        scope,
        question_id,
        layer,
        expert,
        step,
        step * 1024 + place AS recency,
        lead(step) OVER (PARTITION BY run_id, scope, question_id, layer, expert ORDER BY step) AS next_step
    FROM (
        SELECT
            run_id,
            scope,
            question_id,
            layer,
            step,
            expert,
            list_position(experts, expert) AS place
        FROM (
            SELECT
                t.run_id,
                CASE WHEN t.is_generated THEN 'generated' ELSE 'prompt' END AS scope,
                t.question_id,
                t.layer,
                CAST(t."position" AS BIGINT) * 4096 + t.layer AS step,
                t.experts,
                unnest(t.experts) AS expert
            FROM routing AS t
            JOIN runs AS r ON r.run_id = t.run_id
            WHERE r.scope = 'prompt' OR t.is_generated
        ) AS decisions
    ) AS placed
),
-- At each step the experts used before it, each from its last use on, by recency: the place of the one that is used again.
distances AS (
    SELECT run_id, scope, cache, layer, place, count(*) AS number
    FROM (
        SELECT
            u.run_id,
            u.scope,
            c.cache,
            CASE WHEN c.cache = 'layer' THEN u.layer END AS layer,
            u.next_step = s.step AS is_again,
            row_number() OVER (PARTITION BY u.run_id, u.scope, u.question_id, c.cache, s.layer, s.step
                ORDER BY u.recency DESC) AS place
        FROM uses AS u
        CROSS JOIN (VALUES ('layer'), ('model')) AS c(cache)
        JOIN (
            SELECT DISTINCT run_id, scope, question_id, layer, step FROM uses
        ) AS s
            ON s.run_id = u.run_id AND s.scope = u.scope AND s.question_id = u.question_id
                AND (c.cache = 'model' OR s.layer = u.layer) AND s.step > u.step
                AND (u.next_step IS NULL OR s.step <= u.next_step)
    ) AS stacked
    WHERE is_again
    GROUP BY run_id, scope, cache, layer, place
)
SELECT
    a.run_id,
    a.scope,
    a.cache,
    a.layer,
    a.slots,
    a.n,
    a.n - CAST(sum(coalesce(d.number, 0)) AS BIGINT) AS misses,
    a.cold_misses,
    sum(coalesce(d.number, 0)) / a.n AS hit_rate,
    sum(coalesce(d.number, 0)) / nullif(a.n - a.cold_misses, 0) AS warm_hit_rate
FROM (
    SELECT x.run_id, x.scope, x.cache, x.layer, v.slots, x.n, x.cold_misses
    FROM (
        SELECT
            f.run_id,
            f.scope,
            c.cache,
            CASE WHEN c.cache = 'layer' THEN f.layer END AS layer,
            sum(k.top_k) AS least,
            sum(k.experts) AS most,
            CAST(sum(f.n) AS BIGINT) AS n,
            CAST(sum(f.n - f.again) AS BIGINT) AS cold_misses
        FROM (
            SELECT run_id, scope, layer, count(*) AS n, count(next_step) AS again
            FROM uses
            GROUP BY run_id, scope, layer
        ) AS f
        JOIN layers AS k ON k.run_id = f.run_id AND k.layer = f.layer
        CROSS JOIN (VALUES ('layer'), ('model')) AS c(cache)
        GROUP BY f.run_id, f.scope, c.cache, CASE WHEN c.cache = 'layer' THEN f.layer END
    ) AS x
    JOIN (SELECT range AS slots FROM range(65536)) AS v ON v.slots BETWEEN x.least AND x.most
) AS a
LEFT JOIN distances AS d
    ON d.run_id = a.run_id AND d.scope = a.scope AND d.cache = a.cache AND d.layer IS NOT DISTINCT FROM a.layer
        AND d.place <= a.slots
GROUP BY a.run_id, a.scope, a.cache, a.layer, a.slots, a.n, a.cold_misses
