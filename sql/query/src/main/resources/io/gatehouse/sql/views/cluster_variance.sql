-- One row per run whose checkpoint's weights were read, scope and layer: whether experts that are near each other in
-- the router get similar shares of the gate. An analogue of MoEC, not MoEC itself.
--
-- Group: Weights
-- Order: 4
-- Title: Utilisation variance of similar experts
-- Definition: MoEC groups experts while it trains and keeps the variance of routing within a group small. A finished
--   model has no groups; here an expert and its nearest one by the cosine of gate embeddings stand for a group of two.
--   Experts without a gate embedding, and layers for which an import has no weights, are left out.
-- Formula: x_e = gate_mass of pruning_criteria; within_variance = mean over experts of (x_e - x_nearest(e))^2 / 2;
--   variance = sum (x_e - mean)^2 / (n - 1); ratio = within_variance / variance, Geary's C with the nearest neighbour as
--   the only one: 1 if neighbours differ as much as any two experts, below 1 if they are similar.
-- Source: after Xie et al. 2022, arXiv 2207.09094 (MoEC); Geary 1954, The Incorporated Statistician 5(3).
-- Version: 1
-- Example: SELECT layer, within_variance, variance, ratio, mean_router_cosine, n
--   FROM cluster_variance
--   WHERE run_id = 1 AND scope = 'prompt'
--   ORDER BY layer
-- Picture: lines x=layer y=ratio by=scope
--   SELECT scope, layer, ratio FROM cluster_variance WHERE run_id = 1 ORDER BY scope, layer
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   n BIGINT: Number of experts
--   mean_router_cosine DOUBLE: Mean cosine of the gate embeddings of an expert and its nearest
--   within_variance DOUBLE: Variance of the mean weights of an expert and its nearest, averaged over experts
--   variance DOUBLE NULL: Variance of the mean weights over all experts; NULL with one expert
--   ratio DOUBLE NULL: within_variance / variance; NULL if all experts have the same mean weight
SELECT
    a.run_id,
    a.scope,
    a.layer,
    count(*) AS n,
    significant(avg(s.router_cosine)) AS mean_router_cosine,
    significant(avg((a.gate_mass - b.gate_mass) * (a.gate_mass - b.gate_mass)) / 2) AS within_variance,
    significant(var_samp(a.gate_mass)) AS variance,
    significant(
        avg((a.gate_mass - b.gate_mass) * (a.gate_mass - b.gate_mass)) / 2 / nullif(var_samp(a.gate_mass), 0)
    ) AS ratio
FROM (
    SELECT
        run_id,
        layer,
        expert,
        other_expert,
        router_cosine,
        row_number() OVER (PARTITION BY run_id, layer, expert ORDER BY router_cosine DESC, other_expert) AS place
    FROM expert_similarity
    WHERE router_cosine IS NOT NULL
) AS s
JOIN pruning_criteria AS a ON a.run_id = s.run_id AND a.layer = s.layer AND a.expert = s.expert
JOIN pruning_criteria AS b
    ON b.run_id = a.run_id AND b.scope = a.scope AND b.layer = a.layer AND b.expert = s.other_expert
WHERE s.place = 1 AND a.gate_mass IS NOT NULL AND b.gate_mass IS NOT NULL
GROUP BY a.run_id, a.scope, a.layer
