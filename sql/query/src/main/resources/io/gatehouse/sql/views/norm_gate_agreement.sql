-- One row per run that recorded norms, scope and layer: whether the experts with larger probabilities have larger
-- outputs.
--
-- Group: Weights
-- Order: 7
-- Title: Agreement of router and output norm
-- Definition: over the decisions of the layer, the ranks of norm_gate_ranks. Only the selected experts are ranked.
-- Formula: spearman = mean over decisions of 1 - 6 sum_i (g_i - h_i)^2 / (k (k^2 - 1)), g and h the ranks of the k chosen
--   experts by gate and by norm; top_1_agreement = share of decisions whose most probable expert has the largest output.
-- Source: Lo et al. 2024, arXiv 2406.18219 (A Closer Look into MoE), which shows the matrix; Spearman 1904, American
--   Journal of Psychology 15(1).
-- Version: 1
-- Example: SELECT layer, spearman, top_1_agreement, chance, n
--   FROM norm_gate_agreement
--   WHERE run_id = 3 AND scope = 'last_prompt'
--   ORDER BY layer
-- Picture: figure norms
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   n BIGINT: Number of decisions
--   spearman DOUBLE NULL: Mean rank correlation of gate and norm, -1 to 1; NULL with top_k 1
--   top_1_agreement DOUBLE: Share of decisions whose most probable expert has the largest output, 0 to 1
--   chance DOUBLE: 1 / top_k: that share if the two were unrelated
SELECT
    g.run_id,
    g.scope,
    g.layer,
    max(g.n) AS n,
    1 - 6 * sum(CAST(g.share * (g.gate_rank - g.norm_rank) * (g.gate_rank - g.norm_rank) AS DECIMAL(38, 18)))
        / nullif(k.top_k * (k.top_k * k.top_k - 1), 0) AS spearman,
    coalesce(max(g.share) FILTER (WHERE g.gate_rank = 1 AND g.norm_rank = 1), 0e0) AS top_1_agreement,
    g.chance
FROM norm_gate_ranks AS g
JOIN layers AS k ON k.run_id = g.run_id AND k.layer = g.layer
GROUP BY g.run_id, g.scope, g.layer, g.chance, k.top_k
