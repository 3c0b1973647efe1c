-- One row per run whose checkpoint's weights were read, scope, layer, norm of an expert's weights and figure of its routing:
-- rank correlation between norms of weights and figures of routing over the experts.
--
-- Group: Weights
-- Order: 5
-- Title: Weight norms and utilisation
-- Definition: over the experts of a layer that have both. A large row of the router makes for large logits of either
--   sign, so that a large norm need not mean frequent use.
-- Formula: Spearman's rank correlation: Pearson's of the ranks, equal values sharing their mean rank. weight_norm is the
--   norm of the three projections together.
-- Source: Spearman 1904, American Journal of Psychology 15(1); norms as in model_experts, figures of the routing as in
--   pruning_criteria.
-- Version: 1
-- Example: SELECT layer, norm, statistic, spearman, n
--   FROM weight_norm_agreement
--   WHERE run_id = 1 AND scope = 'prompt' AND layer = 0
--   ORDER BY norm, statistic
--   LIMIT 50
-- Picture: lines x=layer y=spearman by=norm
--   SELECT norm, layer, spearman FROM weight_norm_agreement
--   WHERE run_id = 1 AND scope = 'prompt' AND statistic = 'frequency'
--   ORDER BY norm, layer
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   norm VARCHAR: router_norm, gate_proj_norm, up_proj_norm, down_proj_norm or weight_norm
--   statistic VARCHAR: frequency, gate_mass, mean_weight or ean_mean, columns of pruning_criteria
--   n BIGINT: Number of experts that have both
--   spearman DOUBLE NULL: Rank correlation, -1 to 1; NULL if one of them is the same for all experts
SELECT
    run_id,
    scope,
    layer,
    norm,
    statistic,
    count(*) AS n,
    (count(*) * sum(place * other_place) - sum(place) * sum(other_place))
        / nullif(sqrt(
            (count(*) * sum(place * place) - sum(place) * sum(place))
                * (count(*) * sum(other_place * other_place) - sum(other_place) * sum(other_place))
        ), 0) AS spearman
FROM (
    SELECT
        *,
        rank() OVER (PARTITION BY run_id, scope, layer, norm, statistic ORDER BY x)
            + (count(*) OVER (PARTITION BY run_id, scope, layer, norm, statistic, x) - 1) / 2e0 AS place,
        rank() OVER (PARTITION BY run_id, scope, layer, norm, statistic ORDER BY y)
            + (count(*) OVER (PARTITION BY run_id, scope, layer, norm, statistic, y) - 1) / 2e0 AS other_place
    FROM (
        SELECT
            c.run_id,
            c.scope,
            c.layer,
            a.norm,
            b.statistic,
            CASE a.number WHEN 1 THEN m.router_norm WHEN 2 THEN m.gate_proj_norm WHEN 3 THEN m.up_proj_norm
                WHEN 4 THEN m.down_proj_norm ELSE sqrt(m.gate_proj_norm * m.gate_proj_norm
                    + m.up_proj_norm * m.up_proj_norm + m.down_proj_norm * m.down_proj_norm) END AS x,
            CASE b.number WHEN 1 THEN c.frequency WHEN 2 THEN c.gate_mass WHEN 3 THEN c.mean_weight
                ELSE c.ean_mean END AS y
        FROM pruning_criteria AS c
        JOIN model_experts AS m ON m.run_id = c.run_id AND m.layer = c.layer AND m.expert = c.expert
        CROSS JOIN (VALUES (1, 'router_norm'), (2, 'gate_proj_norm'), (3, 'up_proj_norm'), (4, 'down_proj_norm'),
            (5, 'weight_norm')) AS a(number, norm)
        CROSS JOIN (VALUES (1, 'frequency'), (2, 'gate_mass'), (3, 'mean_weight'), (4, 'ean_mean'))
            AS b(number, statistic)
    ) AS valued
    WHERE y IS NOT NULL
) AS ranked
GROUP BY run_id, scope, layer, norm, statistic
