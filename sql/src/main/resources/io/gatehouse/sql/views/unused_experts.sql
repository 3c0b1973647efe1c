-- One row per run, scope and layer: how many experts never fired.
--
-- Group: The paper
-- Definition: an expert is unused at a scope if no router decision of that scope, over all questions that the run has
--   answered so far, chose it. Scope last_prompt looks at the last prompt token of each question only; scope prompt at
--   every prompt token, the last one included, and exists for runs that recorded them.
-- Formula: unused = #{e : activations(e) = 0}; unused_share = unused / experts.
-- Source: Chernov 2025, arXiv 2502.17187, finding 1, which gives no scope; read with n and tokens beside it, because
--   the number of unused experts falls as n grows.
-- Version: 1
-- Example: SELECT scope, layer, unused, experts, n
--   FROM unused_experts
--   WHERE run_id = 1
--   ORDER BY scope, layer
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens that count: last_prompt (the last of each prompt) or prompt (all of them)
--   layer SMALLINT: Layer of the model, from 0
--   experts BIGINT: Number of experts of the layer
--   unused BIGINT: Number of experts that never fired
--   unused_share DOUBLE: unused / experts, 0 to 1
--   n BIGINT: Number of questions looked at
--   tokens BIGINT: Number of prompt tokens looked at; one of each question at scope last_prompt
SELECT
    e.run_id,
    e.scope,
    e.layer,
    count(*) AS experts,
    count(*) FILTER (WHERE e.activations = 0) AS unused,
    count(*) FILTER (WHERE e.activations = 0) / count(*) AS unused_share,
    a.n,
    CASE WHEN e.scope = 'last_prompt' THEN a.n ELSE a.tokens END AS tokens
FROM experts AS e
JOIN (
    SELECT run_id, count(*) AS n, CAST(sum(prompt_tokens) AS BIGINT) AS tokens
    FROM answers
    GROUP BY run_id
) AS a ON a.run_id = e.run_id
GROUP BY e.run_id, e.scope, e.layer, a.n, a.tokens
