-- One row per layer and expert: how differently two runs of the same shape use the expert at the questions that both
-- answered.
--
-- Title: Utilisation difference at common questions
-- Definition: as in the view utilisation_difference, but only over the questions that both runs answered, so that runs
--   of different length and cancelled runs can be compared. No rows if there is no such question.
-- Formula: change = ratio / other_ratio, each the share of tokens over that of an even spread.
-- Source: the shares are those of Muennighoff et al. 2024, arXiv 2409.02060, equation 7.
-- Version: 1
-- Example: SELECT layer, expert, share, other_share, change, n, other_n
--   FROM utilisation_difference_of_questions(1, (SELECT max(run_id) FROM runs WHERE run_id <> 1), 'last_prompt')
--   ORDER BY layer, expert
--
-- Parameters:
--   run INTEGER of runs: The run
--   other_run INTEGER of runs: The run it is compared with
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of the layer, from 0
--   n BIGINT: Number of tokens of those questions in the run
--   other_n BIGINT: Number of those in the other run
--   share DOUBLE: Share of the run's tokens that were routed to the expert, 0 to 1
--   other_share DOUBLE: Share of the other run's tokens that were routed to the expert, 0 to 1
--   change DOUBLE NULL: Utilisation against uniform in the run over that in the other run; NULL if the other run never used the expert
SELECT
    layer,
    expert,
    n,
    other_n,
    activations / n AS share,
    other_activations / other_n AS other_share,
    activations / n / uniform_share / nullif(other_activations / other_n / other_uniform_share, 0) AS change
FROM (
    SELECT
        e.layer,
        e.expert,
        coalesce(u.activations, 0) AS activations,
        coalesce(u.other_activations, 0) AS other_activations,
        CAST(sum(coalesce(u.activations, 0)) OVER (PARTITION BY e.layer) / k.top_k AS BIGINT) AS n,
        CAST(sum(coalesce(u.other_activations, 0)) OVER (PARTITION BY e.layer) / l.top_k AS BIGINT) AS other_n,
        k.top_k / k.experts AS uniform_share,
        l.top_k / l.experts AS other_uniform_share
    FROM experts AS e
    JOIN runs AS r ON r.run_id = e.run_id
    JOIN runs AS o
        ON o.layers = r.layers AND o.run_id <> r.run_id
            AND (e.scope <> 'prompt' OR (r.recorded = 'prompt' AND o.recorded = 'prompt'))
    JOIN layers AS k ON k.run_id = e.run_id AND k.layer = e.layer
    JOIN layers AS l ON l.run_id = o.run_id AND l.layer = k.layer AND l.experts = k.experts
    LEFT JOIN (
        SELECT
            p.layer,
            p.expert,
            CAST(coalesce(sum(p.n) FILTER (WHERE p.run_id = $run), 0) AS BIGINT) AS activations,
            CAST(coalesce(sum(p.n) FILTER (WHERE p.run_id = $other_run), 0) AS BIGINT) AS other_activations
        FROM question_usage AS p
        JOIN scopes AS s ON s.phase = p.phase AND s.is_last_prompt = p.is_last_prompt
        JOIN answers AS x ON x.question_id = p.question_id
        JOIN answers AS y ON y.question_id = p.question_id
        WHERE x.run_id = $run AND y.run_id = $other_run AND x.sample = 0 AND y.sample = 0
            AND (p.run_id = $run OR p.run_id = $other_run) AND s.scope = $scope
        GROUP BY p.layer, p.expert
    ) AS u ON u.layer = e.layer AND u.expert = e.expert
    WHERE e.run_id = $run AND o.run_id = $other_run AND e.scope = $scope
) AS counted
WHERE n > 0 AND other_n > 0
