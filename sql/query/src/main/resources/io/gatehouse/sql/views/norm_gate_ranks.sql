-- One row per run that recorded norms, scope, layer, rank by gate and rank by norm: how often the expert with one rank
-- by router probability has the other rank by output norm.
--
-- Group: Weights
-- Order: 6
-- Title: Ranks by router and by output norm
-- Definition: within each decision, the selected experts are ranked by the router, 1 for the most probable, and by the
--   Euclidean norm of their outputs before the weight is applied, 1 for the largest; equal norms share the better rank.
--   The paper ranks all experts, which a run would have to compute for every token; a run computes only the selected
--   ones, and this view ranks those.
-- Formula: together = C[gate_rank, norm_rank], the paper's matrix of rank counts; share = together / n; chance = 1 / top_k.
-- Source: Lo et al. 2024, arXiv 2406.18219 (A Closer Look into MoE), norms of outputs against gate scores.
-- Version: 1
-- Example: SELECT gate_rank, norm_rank, share, together, chance, n
--   FROM norm_gate_ranks
--   WHERE run_id = 3 AND scope = 'last_prompt' AND layer = 0
--   ORDER BY gate_rank, norm_rank
-- Picture: heat x=norm_rank y=gate_rank value=share
--   SELECT gate_rank, norm_rank, share FROM norm_gate_ranks
--   WHERE run_id = 1 AND scope = 'prompt' AND layer = 3
--   ORDER BY gate_rank, norm_rank
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   gate_rank INTEGER: Rank of the expert among the selected ones by probability, 1 for the most probable
--   norm_rank INTEGER: Rank of the expert among the selected ones by the norm of its output, 1 for the largest
--   n BIGINT: Number of decisions
--   together BIGINT: Number of decisions in which an expert has both ranks
--   share DOUBLE: together / n, 0 to 1
--   chance DOUBLE: 1 / top_k: that share if the two were unrelated
SELECT
    run_id,
    scope,
    layer,
    gate_rank,
    norm_rank,
    CAST(sum(together) OVER (PARTITION BY run_id, scope, layer, gate_rank) AS BIGINT) AS n,
    together,
    together / sum(together) OVER (PARTITION BY run_id, scope, layer, gate_rank) AS share,
    chance
FROM (
    SELECT
        p.run_id,
        s.scope,
        p.layer,
        p.gate_rank,
        p.norm_rank,
        CAST(sum(p.together) AS BIGINT) AS together,
        1 / k.top_k AS chance
    FROM (
        SELECT run_id, layer, phase, is_last_prompt, gate_rank, norm_rank, count(*) AS together
        FROM (
            SELECT
                run_id,
                layer,
                phase,
                is_last_prompt,
                list_position(experts, expert) AS gate_rank,
                list_position(sorted, norm) AS norm_rank
            FROM (
                SELECT
                    t.run_id,
                    t.layer,
                    CASE WHEN t.is_generated THEN 'generated' ELSE 'prompt' END AS phase,
                    t.is_last_prompt,
                    t.experts,
                    list_reverse_sort(n.norms) AS sorted,
                    unnest(t.experts) AS expert,
                    unnest(n.norms) AS norm
                FROM routing AS t
                JOIN expert_norms AS n
                    ON n.run_id = t.run_id AND n.question_id = t.question_id AND n."position" = t."position"
                        AND n.layer = t.layer
            ) AS fired
        ) AS placed
        GROUP BY run_id, layer, phase, is_last_prompt, gate_rank, norm_rank
    ) AS p
    JOIN scopes AS s ON s.phase = p.phase AND s.is_last_prompt = p.is_last_prompt
    JOIN runs AS r ON r.run_id = p.run_id
    JOIN layers AS k ON k.run_id = p.run_id AND k.layer = p.layer
    WHERE s.scope <> 'prompt' OR r.recorded = 'prompt'
    GROUP BY p.run_id, s.scope, p.layer, p.gate_rank, p.norm_rank, k.top_k
) AS counted
