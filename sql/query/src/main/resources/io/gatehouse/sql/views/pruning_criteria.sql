-- One row per run, scope, layer and expert, including experts that never fired: the criteria by which the literature
-- selects experts to prune.
--
-- Group: Criteria
-- Order: 1
-- Title: Pruning criteria
-- Definition: f is the output of the expert before its weight is applied, g its weight. The criteria that look at f need
--   a run that recorded norms. All of them are observations: only an ablation shows whether they
--   predict what the expert is needed for.
-- Formula: frequency = N(e) / tokens; gate_mass = sum g / tokens; mean_weight = sum g / N(e); ean_sum = sum ||f||;
--   ean_mean (also MAN) = mean ||f||; weighted_ean = sum g ||f||; msan = mean ||f||^2; reap_raw = mean g ||f||, REAP until
--   2026-03; reap = mean g ||f|| with the weights of a token renormalised to sum to 1, REAP since 2026-03-11.
-- Source: EAN and REAP: CerebrasResearch/reap; MAN and MSAN by name only, their formulas are ours.
-- Version: 1
-- Example: SELECT layer, expert, frequency, gate_mass, mean_weight, ean_mean, reap, n
--   FROM pruning_criteria
--   WHERE run_id = 1 AND scope = 'prompt'
--   ORDER BY gate_mass DESC, layer, expert
--   LIMIT 50
-- Picture: scatter x=gate_mass y=reap
--   SELECT layer, expert, gate_mass, reap FROM pruning_criteria
--   WHERE run_id = 1 AND scope = 'prompt'
--   ORDER BY layer, expert
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of the layer, from 0
--   n BIGINT: Number of activations
--   frequency DOUBLE: Share of the tokens that were routed to the expert, 0 to 1
--   gate_mass DOUBLE NULL: Mean weight of the expert over all tokens; NULL if an import has no value
--   mean_weight DOUBLE NULL: Mean weight of the expert where it fired; NULL if it never did
--   ean_sum DOUBLE NULL: Sum of the norms of its outputs; NULL if the run recorded none or the expert never fired
--   ean_mean DOUBLE NULL: Mean norm of its outputs; NULL if the run recorded none or the expert never fired
--   weighted_ean DOUBLE NULL: Sum of the norms of its outputs, each times its weight; NULL if the run recorded none or the expert never fired
--   msan DOUBLE NULL: Mean square of the norms of its outputs; NULL if the run recorded none or the expert never fired
--   reap_raw DOUBLE NULL: Mean of weight times norm, weights as the model multiplies them; NULL if the run recorded no norms or the expert never fired
--   reap DOUBLE NULL: Mean of weight times norm, weights of each token renormalised to sum to 1; NULL if the run recorded no norms or the expert never fired
SELECT
    e.run_id,
    e.scope,
    e.layer,
    e.expert,
    e.activations AS n,
    e.activations / e.tokens AS frequency,
    e.weight_sum / e.tokens AS gate_mass,
    e.weight_sum / nullif(e.activations, 0) AS mean_weight,
    o.ean_sum,
    o.ean_mean,
    o.weighted_ean,
    o.msan,
    o.reap_raw,
    o.reap
FROM (
    SELECT
        x.run_id,
        x.scope,
        x.layer,
        x.expert,
        x.activations,
        x.weight_sum,
        sum(x.activations) OVER (PARTITION BY x.run_id, x.scope, x.layer) / k.top_k AS tokens
    FROM experts AS x
    JOIN layers AS k ON k.run_id = x.run_id AND k.layer = x.layer
) AS e
LEFT JOIN (
    SELECT
        run_id,
        scope,
        layer,
        expert,
        significant(sum(norm)) AS ean_sum,
        significant(avg(norm)) AS ean_mean,
        significant(sum(weight * norm)) AS weighted_ean,
        significant(avg(norm * norm)) AS msan,
        significant(avg(weight * norm)) AS reap_raw,
        significant(avg(weight * norm / nullif(total, 0))) AS reap
    FROM (
        SELECT
            run_id,
            scope,
            layer,
            expert,
            CAST(weight AS DOUBLE) / 65536 AS weight,
            CAST(norm AS DOUBLE) AS norm,
            total / 65536 AS total
        FROM (
            SELECT
                run_id,
                scope,
                layer,
                unnest(experts) AS expert,
                unnest(weights) AS weight,
                unnest(norms) AS norm,
                list_sum(weights) AS total
            FROM (
                SELECT t.run_id, 'last_prompt' AS scope, t.layer, t.experts, t.weights, n.norms
                FROM routing AS t
                JOIN expert_norms AS n
                    ON n.run_id = t.run_id AND n.question_id = t.question_id AND n."position" = t."position"
                        AND n.layer = t.layer
                WHERE t.is_last_prompt
                UNION ALL
                SELECT t.run_id, 'prompt' AS scope, t.layer, t.experts, t.weights, n.norms
                FROM routing AS t
                JOIN expert_norms AS n
                    ON n.run_id = t.run_id AND n.question_id = t.question_id AND n."position" = t."position"
                        AND n.layer = t.layer
                JOIN runs AS r ON r.run_id = t.run_id
                WHERE r.recorded = 'prompt' AND NOT t.is_generated
                UNION ALL
                SELECT t.run_id, 'generated' AS scope, t.layer, t.experts, t.weights, n.norms
                FROM routing AS t
                JOIN expert_norms AS n
                    ON n.run_id = t.run_id AND n.question_id = t.question_id AND n."position" = t."position"
                        AND n.layer = t.layer
                WHERE t.is_generated
            ) AS decisions
        ) AS fired
    ) AS measured
    GROUP BY run_id, scope, layer, expert
) AS o ON o.run_id = e.run_id AND o.scope = e.scope AND o.layer = e.layer AND o.expert = e.expert
WHERE e.tokens > 0
