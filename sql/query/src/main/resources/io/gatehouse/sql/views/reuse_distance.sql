-- One row per run, scope, layer and distance: how often an expert that fires also fired at one of the last few tokens.
--
-- Group: Serving
-- Order: 2
-- Title: Reuse distance
-- Definition: the hit rate of a cache that keeps the experts of the last tokens of the same prompt in the same layer,
--   however many they are. Only tokens that have that many tokens before them are counted, so that the start of a prompt
--   does not count as a miss. Questions with tokens that were not recorded between others are left out, and so are runs
--   that recorded the last prompt token only.
-- Formula: within = share of the pairs of t and e in E(t) with e in E(t-1) or ... or E(t-distance);
--   uniform = 1 - (1 - top_k / experts)^distance.
-- Source: the reuse distance of Beyls and D'Hollander 2001, PDCS, in tokens; local routing consistency, 2025, arXiv
--   2505.16056.
-- Version: 1
-- Example: SELECT layer, distance, within, uniform, n
--   FROM reuse_distance
--   WHERE run_id = 1 AND scope = 'prompt'
--   ORDER BY layer, distance
-- Picture: lines x=distance y=within by=layer
--   SELECT layer, distance, within
--   FROM reuse_distance
--   WHERE run_id = 1 AND scope = 'prompt'
--   ORDER BY layer, distance
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (the tokens that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   distance INTEGER: Number of tokens before: 1 to 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384 or 512
--   n BIGINT: Number of activations of tokens that have that many tokens before them
--   within DOUBLE: Share of those whose expert also fired at one of these tokens, 0 to 1
--   uniform DOUBLE: That share for independent, uniform choices
SELECT
    g.run_id,
    g.scope,
    g.layer,
    v.distance,
    CAST(sum(g.number) AS BIGINT) AS n,
    CAST(coalesce(sum(g.number) FILTER (WHERE g.gap <= v.distance), 0) AS DOUBLE) / sum(g.number) AS within,
    1 - power(1e0 - k.top_k / k.experts, v.distance) AS uniform
FROM (
    SELECT t.run_id, s.scope, t.layer, t.earlier, t.gap, count(*) AS number
    FROM (
        SELECT
            run_id,
            layer,
            is_generated,
            is_last_prompt,
            least(place, 512) AS earlier,
            place - lag(place) OVER (PARTITION BY run_id, question_id, layer, is_generated, expert ORDER BY place) AS gap
        FROM (
            SELECT
                run_id,
                question_id,
                layer,
                is_generated,
                is_last_prompt,
                "position" - first_position AS place,
                unnest(experts) AS expert
            FROM (
                SELECT
                    t.*,
                    min(t."position") OVER prompt AS first_position,
                    max(t."position") OVER prompt - min(t."position") OVER prompt + 1 AS length,
                    count(*) OVER prompt AS recorded
                FROM routing AS t
                JOIN runs AS r ON r.run_id = t.run_id
                WHERE r.recorded = 'prompt' OR t.is_generated
                WINDOW prompt AS (PARTITION BY t.run_id, t.question_id, t.layer, t.is_generated)
            ) AS prompts
            WHERE recorded = length
        ) AS placed
    ) AS t
    JOIN scopes AS s ON (s.phase = 'generated') = t.is_generated AND s.is_last_prompt = t.is_last_prompt
    GROUP BY t.run_id, s.scope, t.layer, t.earlier, t.gap
) AS g
JOIN (VALUES
    (1), (2), (3), (4), (5), (6), (7), (8), (12), (16), (24), (32), (48), (64), (96), (128), (192), (256), (384), (512)
) AS v(distance) ON v.distance <= g.earlier
JOIN layers AS k ON k.run_id = g.run_id AND k.layer = g.layer
GROUP BY g.run_id, g.scope, g.layer, v.distance, k.top_k, k.experts
