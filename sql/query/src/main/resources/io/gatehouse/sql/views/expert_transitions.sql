-- One row per run, scope, layer, expert and expert of the next layer that follow each other at a token: where tokens go
-- after an expert.
--
-- Group: Co-activation and transitions
-- Order: 2
-- Title: Transitions
-- Definition: a token goes from each of its experts in a layer to each of its experts in the layer after it.
--   Layers count as the model counts them; a layer before one without experts has no rows.
-- Formula: share = N(e, e') / sum over e' of N(e, e'); mass_share is the same with g_e g_e' in the place of 1;
--   lift = share / (share of e' among all activations of the next layer): 1 if the two were independent.
-- Source: OLMoE's cross-layer figure counts only equal ranks, 8 of 64 pairs; here all pairs count.
-- Version: 1
-- Example: SELECT expert, next_expert, together, share, mass_share, lift, n
--   FROM expert_transitions
--   WHERE run_id = 1 AND scope = 'last_prompt' AND layer = 0
--   ORDER BY expert, next_expert
-- Picture: heat x=next_expert y=expert value=share
--   SELECT expert, next_expert, share FROM expert_transitions
--   WHERE run_id = 1 AND scope = 'last_prompt' AND layer = 2
--   ORDER BY expert, next_expert
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the first expert, from 0
--   expert SMALLINT: The first expert, from 0
--   next_expert SMALLINT: The expert of the next layer, from 0
--   n BIGINT: Number of tokens that were routed to the first
--   together BIGINT: Number of those that the next layer routed to the second
--   share DOUBLE: Share of the transitions from the first expert that go to the second, 0 to 1; sums to 1 over next_expert
--   mass_share DOUBLE NULL: The same with each pair weighted by the product of its weights; NULL if all of those are 0 or an import has no value
--   lift DOUBLE: share divided by the share expected by chance
SELECT
    p.run_id,
    p.scope,
    p.layer,
    p.expert,
    p.next_expert,
    a.activations AS n,
    p.together,
    p.together / sum(p.together) OVER (PARTITION BY p.run_id, p.scope, p.layer, p.expert) AS share,
    significant(
        p.mass / nullif(sum(p.mass) OVER (PARTITION BY p.run_id, p.scope, p.layer, p.expert), 0)
    ) AS mass_share,
    p.together / sum(p.together) OVER (PARTITION BY p.run_id, p.scope, p.layer, p.expert) / b.share AS lift
FROM (
    SELECT
        run_id,
        scope,
        layer,
        expert,
        next_expert,
        count(*) AS together,
        significant(sum(CAST(weight AS DOUBLE) * next_weight)) AS mass
    FROM (
        SELECT
            run_id,
            scope,
            layer,
            expert,
            weight,
            unnest(next_experts) AS next_expert,
            unnest(next_weights) AS next_weight
        FROM (
            SELECT
                run_id,
                scope,
                layer,
                unnest(experts) AS expert,
                unnest(weights) AS weight,
                next_experts,
                next_weights
            FROM (
                SELECT
                    a.run_id,
                    'last_prompt' AS scope,
                    a.layer,
                    a.experts,
                    a.weights,
                    b.experts AS next_experts,
                    b.weights AS next_weights
                FROM routing AS a
                JOIN routing AS b
                    ON b.run_id = a.run_id AND b.question_id = a.question_id AND b."position" = a."position"
                        AND b.layer = a.layer + 1
                WHERE a.is_last_prompt AND b.is_last_prompt
                UNION ALL
                SELECT
                    a.run_id,
                    'prompt' AS scope,
                    a.layer,
                    a.experts,
                    a.weights,
                    b.experts AS next_experts,
                    b.weights AS next_weights
                FROM routing AS a
                JOIN routing AS b
                    ON b.run_id = a.run_id AND b.question_id = a.question_id AND b."position" = a."position"
                        AND b.layer = a.layer + 1
                JOIN runs AS r ON r.run_id = a.run_id
                WHERE r.recorded = 'prompt' AND NOT a.is_generated
                UNION ALL
                SELECT
                    a.run_id,
                    'generated' AS scope,
                    a.layer,
                    a.experts,
                    a.weights,
                    b.experts AS next_experts,
                    b.weights AS next_weights
                FROM routing AS a
                JOIN routing AS b
                    ON b.run_id = a.run_id AND b.question_id = a.question_id AND b."position" = a."position"
                        AND b.layer = a.layer + 1
                WHERE a.is_generated
            ) AS steps
        ) AS leaving
    ) AS pairs
    GROUP BY run_id, scope, layer, expert, next_expert
) AS p
JOIN experts AS a ON a.run_id = p.run_id AND a.scope = p.scope AND a.layer = p.layer AND a.expert = p.expert
JOIN (
    SELECT
        run_id,
        scope,
        layer,
        expert,
        activations / sum(activations) OVER (PARTITION BY run_id, scope, layer) AS share
    FROM experts
) AS b ON b.run_id = p.run_id AND b.scope = p.scope AND b.layer = p.layer + 1 AND b.expert = p.next_expert
