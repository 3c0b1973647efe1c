-- One row per run, scope, layer and lag: the share of a token's experts that also fired at a token a fixed number of
-- positions earlier.
--
-- Group: Load
-- Order: 4
-- Title: Expert reuse by neighbouring tokens
-- Definition: tokens of one question in the same layer; at lag 1, the hit rate of a cache of the last token's experts. At
--   scope last_prompt, only the last token is compared with an earlier one; at scope generated, tokens are
--   compared with generated ones. Two tokens are compared where those between them were recorded, too; a run that
--   recorded the last prompt token only has rows of generated tokens only.
-- Formula: reuse = mean over tokens of |E(t) and E(t-lag)| / k; chance = top_k / experts.
-- Source: local routing consistency, 2025, arXiv 2505.16056, for segments of two tokens.
-- Version: 2
-- Example: SELECT layer, lag, reuse, chance, n
--   FROM expert_reuse
--   WHERE run_id = 1 AND scope = 'prompt'
--   ORDER BY layer, lag
-- Picture: lines x=layer y=reuse by=lag
--   SELECT lag, layer, reuse FROM expert_reuse WHERE run_id = 1 AND scope = 'prompt' ORDER BY lag, layer
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (the tokens that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   lag INTEGER: Number of positions between the two tokens: 1, 2, 4, 8 or 16
--   n BIGINT: Number of tokens that have one that many positions before them
--   reuse DOUBLE: Mean share of a token's experts that fired at that earlier token, 0 to 1
--   chance DOUBLE: top_k / experts: that share for independent, uniform choices
SELECT
    c.run_id,
    c.scope,
    c.layer,
    c.lag,
    c.n,
    significant(c.reuse / c.n) AS reuse,
    k.top_k / k.experts AS chance
FROM (
    SELECT
        e.run_id,
        s.scope,
        e.layer,
        v.lag,
        CAST(sum(CASE v.lag WHEN 1 THEN e.n_1 WHEN 2 THEN e.n_2 WHEN 4 THEN e.n_4 WHEN 8 THEN e.n_8 ELSE e.n_16 END) AS BIGINT) AS n,
        sum(CASE v.lag WHEN 1 THEN e.reuse_1 WHEN 2 THEN e.reuse_2 WHEN 4 THEN e.reuse_4 WHEN 8 THEN e.reuse_8 ELSE e.reuse_16 END)
            AS reuse
    FROM (
        -- Each expert of a token is looked for among those of the earlier ones, a tenth of the time of intersecting lists.
        SELECT
            run_id,
            layer,
            is_generated,
            is_last_prompt,
            count(*) FILTER (WHERE is_first AND at_1 IS NOT NULL) AS n_1,
            count(*) FILTER (WHERE is_first AND at_2 IS NOT NULL) AS n_2,
            count(*) FILTER (WHERE is_first AND at_4 IS NOT NULL) AS n_4,
            count(*) FILTER (WHERE is_first AND at_8 IS NOT NULL) AS n_8,
            count(*) FILTER (WHERE is_first AND at_16 IS NOT NULL) AS n_16,
            coalesce(sum(part) FILTER (WHERE list_contains(at_1, expert)), 0e0) AS reuse_1,
            coalesce(sum(part) FILTER (WHERE list_contains(at_2, expert)), 0e0) AS reuse_2,
            coalesce(sum(part) FILTER (WHERE list_contains(at_4, expert)), 0e0) AS reuse_4,
            coalesce(sum(part) FILTER (WHERE list_contains(at_8, expert)), 0e0) AS reuse_8,
            coalesce(sum(part) FILTER (WHERE list_contains(at_16, expert)), 0e0) AS reuse_16
        FROM (
            SELECT *, expert = first_expert AS is_first
            FROM (
                SELECT
                    run_id,
                    layer,
                    is_generated,
                    is_last_prompt,
                    experts[1] AS first_expert,
                    1e0 / len(experts) AS part,
                    at_1,
                    at_2,
                    at_4,
                    at_8,
                    at_16,
                    unnest(experts) AS expert
                FROM (
                    SELECT
                        run_id,
                        layer,
                        is_generated,
                        is_last_prompt,
                        experts,
                        CASE WHEN lag("position", 1) OVER prompt = "position" - 1 THEN lag(experts, 1) OVER prompt END AS at_1,
                        CASE WHEN lag("position", 2) OVER prompt = "position" - 2 THEN lag(experts, 2) OVER prompt END AS at_2,
                        CASE WHEN lag("position", 4) OVER prompt = "position" - 4 THEN lag(experts, 4) OVER prompt END AS at_4,
                        CASE WHEN lag("position", 8) OVER prompt = "position" - 8 THEN lag(experts, 8) OVER prompt END AS at_8,
                        CASE WHEN lag("position", 16) OVER prompt = "position" - 16 THEN lag(experts, 16) OVER prompt END AS at_16
                    FROM routing
                    WINDOW prompt AS (PARTITION BY run_id, question_id, layer, is_generated ORDER BY "position")
                ) AS lagged
            ) AS unnested
        ) AS marked
        GROUP BY run_id, layer, is_generated, is_last_prompt
    ) AS e
    JOIN scopes AS s ON (s.phase = 'generated') = e.is_generated AND s.is_last_prompt = e.is_last_prompt
    CROSS JOIN (VALUES (1), (2), (4), (8), (16)) AS v(lag)
    GROUP BY e.run_id, s.scope, e.layer, v.lag
) AS c
JOIN layers AS k ON k.run_id = c.run_id AND k.layer = c.layer
WHERE c.n > 0
