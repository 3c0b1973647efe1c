-- One row per run, scope and layer: the share of a token's experts that also fired at the token before it.
--
-- Group: Load
-- Order: 4
-- Title: Expert reuse by neighbouring tokens
-- Definition: neighbouring tokens of a prompt in the same layer: the hit rate of a cache of the last token's experts.
--   At scope last_prompt, only the last token is compared with the one before it, so only runs that recorded all prompt
--   tokens have rows. At scope generated, the first token is compared with the last one of its prompt.
-- Formula: reuse = mean over tokens of |E(t) and E(t-1)| / k; chance = top_k / experts.
-- Source: local routing consistency, 2025, arXiv 2505.16056, for segments of two tokens.
-- Version: 1
-- Example: SELECT layer, reuse, chance, n FROM expert_reuse WHERE run_id = 1 AND scope = 'prompt' ORDER BY layer
-- Picture: lines x=layer y=reuse by=scope
--   SELECT scope, layer, reuse FROM expert_reuse WHERE run_id = 1 ORDER BY scope, layer
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   n BIGINT: Number of tokens that have one before them
--   reuse DOUBLE: Mean share of a token's experts that fired at the token before it, 0 to 1
--   chance DOUBLE: top_k / experts: that share for independent, uniform choices
SELECT
    t.run_id,
    t.scope,
    t.layer,
    count(*) AS n,
    significant(avg(len(list_intersect(t.experts, t.before)) / len(t.experts))) AS reuse,
    k.top_k / k.experts AS chance
FROM (
    SELECT a.run_id, 'last_prompt' AS scope, a.layer, a.experts, b.experts AS before
    FROM routing AS a
    JOIN routing AS b
        ON b.run_id = a.run_id AND b.question_id = a.question_id AND b.layer = a.layer
            AND b."position" = a."position" - 1
    WHERE a.is_last_prompt
    UNION ALL
    SELECT a.run_id, 'prompt' AS scope, a.layer, a.experts, b.experts AS before
    FROM routing AS a
    JOIN routing AS b
        ON b.run_id = a.run_id AND b.question_id = a.question_id AND b.layer = a.layer
            AND b."position" = a."position" - 1
    WHERE NOT a.is_generated
    UNION ALL
    SELECT a.run_id, 'generated' AS scope, a.layer, a.experts, b.experts AS before
    FROM routing AS a
    JOIN routing AS b
        ON b.run_id = a.run_id AND b.question_id = a.question_id AND b.layer = a.layer
            AND b."position" = a."position" - 1
    WHERE a.is_generated
) AS t
JOIN layers AS k ON k.run_id = t.run_id AND k.layer = t.layer
GROUP BY t.run_id, t.scope, t.layer, k.top_k, k.experts
