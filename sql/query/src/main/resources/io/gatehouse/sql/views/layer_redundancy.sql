-- One row per run whose checkpoint's weights were read, scope and layer: how far the experts of the layer are from each
-- other by their weights, beside how many of them the layer uses.
--
-- Group: Weights
-- Order: 3
-- Title: Layer redundancy
-- Definition: the mean distance of two experts, their three projections as one matrix. MoLA considers a layer redundant
--   if its experts are near each other, and gives it fewer; its experts are adapters trained from the same start,
--   whereas these are whole feed-forward blocks. Distances grow with the weights and relative distances do not, so
--   compare layers by relative distances. The columns on use are those of unused_experts and layer_load at the scope.
-- Formula: mean_distance = mean over i < j of ||W_i - W_j||_F; mean_relative_distance the same of
--   ||W_i - W_j||_F / sqrt(||W_i||^2 + ||W_j||^2).
-- Source: Gao et al. 2024, arXiv 2402.08562 (MoLA), redundancy of layers.
-- Version: 1
-- Example: SELECT layer, mean_distance, mean_relative_distance, effective_experts, unused, experts, n
--   FROM layer_redundancy
--   WHERE run_id = 1 AND scope = 'last_prompt'
--   ORDER BY layer
-- Picture: lines x=layer y=mean_distance by=scope
--   SELECT scope, layer, mean_distance FROM layer_redundancy
--   WHERE run_id = 1 AND scope = 'last_prompt'
--   ORDER BY layer
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens that count for use: last_prompt (the last of each prompt), prompt (all of them) or generated (the tokens that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   n BIGINT: Number of pairs of experts
--   mean_distance DOUBLE: Mean distance of two experts; lower is more redundant
--   mean_relative_distance DOUBLE NULL: The same relative to their norms: 0 if all are the same, 1 if all are unrelated; NULL if all are 0
--   mean_cosine DOUBLE NULL: Mean cosine of the weights of two experts; NULL if all are 0
--   experts BIGINT: Number of experts of the layer
--   unused BIGINT: Number of experts that never fired
--   effective_experts DOUBLE: Number of equally loaded experts with the same spread, 1 to experts
SELECT
    l.run_id,
    l.scope,
    l.layer,
    d.n,
    d.mean_distance,
    d.mean_relative_distance,
    d.mean_cosine,
    l.experts,
    u.unused,
    l.effective_experts
FROM (
    SELECT
        run_id,
        layer,
        count(*) AS n,
        significant(avg(distance)) AS mean_distance,
        significant(avg(relative_distance)) AS mean_relative_distance,
        significant(avg(weight_cosine)) AS mean_cosine
    FROM expert_similarity
    WHERE expert < other_expert
    GROUP BY run_id, layer
) AS d
JOIN layer_load AS l ON l.run_id = d.run_id AND l.layer = d.layer
JOIN unused_experts AS u ON u.run_id = l.run_id AND u.scope = l.scope AND u.layer = l.layer
