-- One row per run, scope, layer and pair of pruning criteria: rank correlation of these criteria over the experts of the layer.
--
-- Group: Criteria
-- Order: 2
-- Title: Agreement of pruning criteria
-- Definition: over the experts of a layer that have both; pairs of criteria that the run does not have are left out.
-- Formula: Spearman's rank correlation: Pearson's of the ranks, equal values sharing their mean rank.
-- Source: Spearman 1904, American Journal of Psychology 15(1); criteria as in pruning_criteria.
-- Version: 1
-- Example: SELECT layer, criterion, other_criterion, spearman, n
--   FROM criteria_agreement
--   WHERE run_id = 1 AND scope = 'prompt' AND layer = 0
--   ORDER BY criterion, other_criterion
-- Picture: figure criteria
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   criterion VARCHAR: A column of pruning_criteria
--   other_criterion VARCHAR: Another one
--   n BIGINT: Number of experts that have both
--   spearman DOUBLE NULL: Rank correlation, -1 to 1; NULL if one of them is the same for all experts
SELECT
    run_id,
    scope,
    layer,
    criterion,
    other_criterion,
    count(*) AS n,
    (count(*) * sum(place * other_place) - sum(place) * sum(other_place))
        / nullif(sqrt(
            (count(*) * sum(place * place) - sum(place) * sum(place))
                * (count(*) * sum(other_place * other_place) - sum(other_place) * sum(other_place))
        ), 0) AS spearman
FROM (
    SELECT
        *,
        rank() OVER (PARTITION BY run_id, scope, layer, criterion, other_criterion ORDER BY x)
            + (count(*) OVER (PARTITION BY run_id, scope, layer, criterion, other_criterion, x) - 1) / 2e0 AS place,
        rank() OVER (PARTITION BY run_id, scope, layer, criterion, other_criterion ORDER BY y)
            + (count(*) OVER (PARTITION BY run_id, scope, layer, criterion, other_criterion, y) - 1) / 2e0
            AS other_place
    FROM (
        SELECT run_id, scope, layer, expert, criterion, other_criterion, x, y
        FROM (
            SELECT
                c.run_id,
                c.scope,
                c.layer,
                c.expert,
                p.criterion,
                q.criterion AS other_criterion,
                CASE p.number WHEN 1 THEN c.frequency WHEN 2 THEN c.gate_mass WHEN 3 THEN c.mean_weight
                    WHEN 4 THEN c.ean_sum WHEN 5 THEN c.ean_mean WHEN 6 THEN c.weighted_ean WHEN 7 THEN c.msan
                    WHEN 8 THEN c.reap_raw ELSE c.reap END AS x,
                CASE q.number WHEN 1 THEN c.frequency WHEN 2 THEN c.gate_mass WHEN 3 THEN c.mean_weight
                    WHEN 4 THEN c.ean_sum WHEN 5 THEN c.ean_mean WHEN 6 THEN c.weighted_ean WHEN 7 THEN c.msan
                    WHEN 8 THEN c.reap_raw ELSE c.reap END AS y
            FROM pruning_criteria AS c
            CROSS JOIN (VALUES (1, 'frequency'), (2, 'gate_mass'), (3, 'mean_weight'), (4, 'ean_sum'), (5, 'ean_mean'),
                (6, 'weighted_ean'), (7, 'msan'), (8, 'reap_raw'), (9, 'reap')) AS p(number, criterion)
            JOIN (VALUES (1, 'frequency'), (2, 'gate_mass'), (3, 'mean_weight'), (4, 'ean_sum'), (5, 'ean_mean'),
                (6, 'weighted_ean'), (7, 'msan'), (8, 'reap_raw'), (9, 'reap')) AS q(number, criterion)
                ON p.number < q.number
        ) AS valued
        WHERE x IS NOT NULL AND y IS NOT NULL
    ) AS present
) AS ranked
GROUP BY run_id, scope, layer, criterion, other_criterion
