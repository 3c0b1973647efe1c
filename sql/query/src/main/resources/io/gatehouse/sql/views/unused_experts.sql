-- One row per run, scope and layer: how many experts never fired.
--
-- Group: The paper
-- Order: 1
-- Title: Unused experts
-- Definition: an expert is unused at a scope if no router decision of that scope, over all questions that the run has
--   answered so far, chose it. Scope last_prompt looks at the last prompt token of each question only; scope prompt at
--   every prompt token, the last one included, and exists for runs that recorded them. An imported run has rows if
--   its source has data for the layer at the scope.
-- Formula: unused = #{e : activations(e) = 0}; unused_share = unused / experts.
-- Source: Chernov 2025, arXiv 2502.17187, finding 1 of the abstract, which gives no scope; read with n and tokens beside it, because
--   the number of unused experts falls as n grows.
-- Version: 2
-- Example: SELECT scope, layer, unused, experts, n
--   FROM unused_experts
--   WHERE run_id = 1
--   ORDER BY scope, layer
-- Picture: lines x=layer y=unused by=scope
--   SELECT scope, layer, unused FROM unused_experts WHERE run_id = 1 ORDER BY scope, layer
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   experts BIGINT: Number of experts of the layer
--   unused BIGINT: Number of experts that never fired
--   unused_share DOUBLE: unused / experts, 0 to 1
--   n BIGINT NULL: Number of questions counted; NULL for runs imported from counts, which only count tokens
--   tokens BIGINT: Number of tokens at the scope; one per question at scope last_prompt
SELECT
    e.run_id,
    e.scope,
    e.layer,
    count(*) AS experts,
    count(*) FILTER (WHERE e.activations = 0) AS unused,
    count(*) FILTER (WHERE e.activations = 0) / count(*) AS unused_share,
    CASE WHEN e.scope = 'last_prompt' THEN t.tokens WHEN r.source = 'gatehouse' THEN a.n
        ELSE nullif(CAST(r.questions AS BIGINT), 0) END AS n,
    coalesce(t.tokens, CAST(sum(e.activations) / k.top_k AS BIGINT)) AS tokens
FROM experts AS e
JOIN runs AS r ON r.run_id = e.run_id
JOIN layers AS k ON k.run_id = e.run_id AND k.layer = e.layer
LEFT JOIN (
    SELECT run_id, count(*) AS n
    FROM answers
    GROUP BY run_id
) AS a ON a.run_id = e.run_id
LEFT JOIN (
    SELECT p.run_id, s.scope, p.layer, CAST(sum(p.n) AS BIGINT) AS tokens
    FROM layer_entropy AS p
    JOIN scopes AS s ON s.phase = p.phase AND s.is_last_prompt = p.is_last_prompt
    GROUP BY p.run_id, s.scope, p.layer
) AS t ON t.run_id = e.run_id AND t.scope = e.scope AND t.layer = e.layer
GROUP BY e.run_id, e.scope, e.layer, r.source, r.questions, k.top_k, a.n, t.tokens
HAVING sum(e.activations) > 0
