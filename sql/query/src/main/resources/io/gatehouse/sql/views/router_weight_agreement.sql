-- One row per run whose checkpoint's weights were read, layer and matrix of its experts: whether experts with similar gate
-- embeddings have similar weights.
--
-- Group: Weights
-- Order: 2
-- Title: Router similarity and weight similarity
-- Definition: over all pairs of experts of a layer, the cosine of their gate embeddings against the cosine of one of their
--   matrices, or of all three as one vector (weights). Pairs of which one is not known are left out.
-- Formula: r = Pearson's correlation of X_ij and Y_ij over i < j, X of the gate embeddings, Y of the matrix; r_squared is
--   the share of the variance of Y that a line over X explains.
-- Source: Lo et al. 2024, arXiv 2406.18219 (A Closer Look into MoE), gate embeddings against weights.
-- Version: 1
-- Example: SELECT layer, matrix, mean_router_cosine, mean_cosine, r, r_squared, n
--   FROM router_weight_agreement
--   WHERE run_id = 1
--   ORDER BY layer, matrix
--   LIMIT 50
-- Picture: scatter x=router_cosine y=weight_cosine
--   SELECT expert, other_expert, router_cosine, weight_cosine FROM expert_similarity
--   WHERE run_id = 1 AND layer = 3 AND expert < other_expert
--   ORDER BY expert, other_expert
--
-- Columns:
--   run_id INTEGER: The run
--   layer SMALLINT: Layer of the model, from 0
--   matrix VARCHAR: gate_proj, up_proj, down_proj, or weights for all three
--   n BIGINT: Number of pairs of experts
--   mean_router_cosine DOUBLE: Mean cosine of the gate embeddings of two experts
--   mean_cosine DOUBLE: Mean cosine of the matrix of two experts
--   r DOUBLE NULL: Correlation of the two over the pairs, -1 to 1; NULL if one of them is the same for all
--   r_squared DOUBLE NULL: Its square; NULL where r is
SELECT
    run_id,
    layer,
    matrix,
    count(*) AS n,
    significant(avg(x)) AS mean_router_cosine,
    significant(avg(y)) AS mean_cosine,
    CASE WHEN stddev_pop(x) > 0 AND stddev_pop(y) > 0 THEN significant(corr(x, y)) END AS r,
    CASE WHEN stddev_pop(x) > 0 AND stddev_pop(y) > 0 THEN significant(corr(x, y) * corr(x, y)) END
        AS r_squared
FROM (
    SELECT
        s.run_id,
        s.layer,
        m.matrix,
        s.router_cosine AS x,
        CASE m.number WHEN 1 THEN s.gate_proj_cosine WHEN 2 THEN s.up_proj_cosine WHEN 3 THEN s.down_proj_cosine
            ELSE s.weight_cosine END AS y
    FROM expert_similarity AS s
    CROSS JOIN (VALUES (1, 'gate_proj'), (2, 'up_proj'), (3, 'down_proj'), (4, 'weights')) AS m(number, matrix)
    WHERE s.expert < s.other_expert
) AS pairs
WHERE x IS NOT NULL AND y IS NOT NULL
GROUP BY run_id, layer, matrix
