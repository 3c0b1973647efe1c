-- One row per run whose checkpoint's weights were read, layer, expert and other expert of it: the similarity of the weights
-- of two experts.
--
-- Group: Weights
-- Order: 1
-- Title: Weight similarity of experts
-- Definition: each matrix is taken as one long vector. The weights of an expert are its three projections together; its
--   gate embedding is its row of the router. Each pair has two rows, so that the neighbours of an expert are its rows.
--   The neurons of an expert can be in any order without changing what it computes, so experts that compute the same
--   may look different. The paper's reordered variant matches 2,016 pairs of 1,024 neurons for a layer of OLMoE, which
--   takes longer than a run, and is not included.
-- Formula: cos(A, B) = sum_i A_i B_i / (||A|| ||B||), of the vectors of two experts; distance = ||W - W'||_F, W the three
--   projections; relative_distance = distance / sqrt(||W||^2 + ||W'||^2): 0 if they are the same, 1 if they are unrelated.
-- Source: Lo et al. 2024, arXiv 2406.18219 (A Closer Look into MoE), similarity of weight matrices and of gate embeddings.
-- Version: 1
-- Example: SELECT expert, other_expert, weight_cosine, router_cosine, relative_distance, n
--   FROM expert_similarity
--   WHERE run_id = 1 AND layer = 0
--   ORDER BY expert, other_expert
-- Picture: heat x=other_expert y=expert value=router_cosine
--   SELECT expert, other_expert, router_cosine FROM expert_similarity
--   WHERE run_id = 1 AND layer = 3
--   ORDER BY expert, other_expert
--
-- Columns:
--   run_id INTEGER: The run
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of the layer, from 0
--   other_expert SMALLINT: Another expert of the layer
--   n INTEGER: Number of experts of the layer
--   router_cosine DOUBLE NULL: Cosine of their gate embeddings, -1 to 1; NULL if one of them is 0
--   gate_proj_cosine DOUBLE NULL: Cosine of their gate projections; NULL if one of them is 0
--   up_proj_cosine DOUBLE NULL: Cosine of their up projections; NULL if one of them is 0
--   down_proj_cosine DOUBLE NULL: Cosine of their down projections; NULL if one of them is 0
--   weight_cosine DOUBLE NULL: Cosine of their weights, all three projections as one vector; NULL if one of them is 0
--   distance DOUBLE: Frobenius norm of the difference of their weights
--   relative_distance DOUBLE NULL: The same over the root of the sum of their squared norms, 0 to the root of 2; NULL if both are 0
SELECT
    r.run_id,
    p.layer,
    p.expert,
    p.other_expert,
    coalesce(k.experts, r.experts) AS n,
    p.router_cosine,
    p.gate_proj_cosine,
    p.up_proj_cosine,
    p.down_proj_cosine,
    p.product / nullif(sqrt(p.square * p.other_square), 0) AS weight_cosine,
    sqrt(greatest(p.square + p.other_square - 2 * p.product, 0e0)) AS distance,
    sqrt(greatest(1 - 2 * p.product / nullif(p.square + p.other_square, 0), 0e0)) AS relative_distance
FROM (
    SELECT
        d.fingerprint,
        d.layer,
        d.expert,
        d.other_expert,
        d.router_cosine,
        d.gate_proj_cosine,
        d.up_proj_cosine,
        d.down_proj_cosine,
        a.gate_proj_norm * a.gate_proj_norm + a.up_proj_norm * a.up_proj_norm + a.down_proj_norm * a.down_proj_norm
            AS square,
        b.gate_proj_norm * b.gate_proj_norm + b.up_proj_norm * b.up_proj_norm + b.down_proj_norm * b.down_proj_norm
            AS other_square,
        coalesce(d.gate_proj_cosine, 0e0) * a.gate_proj_norm * b.gate_proj_norm
            + coalesce(d.up_proj_cosine, 0e0) * a.up_proj_norm * b.up_proj_norm
            + coalesce(d.down_proj_cosine, 0e0) * a.down_proj_norm * b.down_proj_norm AS product
    FROM (
        SELECT
            fingerprint,
            layer,
            expert,
            other_expert,
            router_cosine,
            gate_proj_cosine,
            up_proj_cosine,
            down_proj_cosine
        FROM expert_weight_pairs
        UNION ALL
        SELECT
            fingerprint,
            layer,
            other_expert AS expert,
            expert AS other_expert,
            router_cosine,
            gate_proj_cosine,
            up_proj_cosine,
            down_proj_cosine
        FROM expert_weight_pairs
    ) AS d
    JOIN expert_weights AS a ON a.fingerprint = d.fingerprint AND a.layer = d.layer AND a.expert = d.expert
    JOIN expert_weights AS b ON b.fingerprint = d.fingerprint AND b.layer = d.layer AND b.expert = d.other_expert
) AS p
JOIN runs AS r ON r.fingerprint = p.fingerprint
JOIN layers AS k ON k.run_id = r.run_id AND k.layer = p.layer
