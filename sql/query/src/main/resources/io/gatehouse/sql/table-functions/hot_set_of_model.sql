-- One row per run: how much of the routing of unseen questions a fixed set of experts of all layers serves that was chosen
-- on others.
--
-- Title: Static hot set over all layers
-- Definition: as in hot_set, but the set is of experts of any layer, those with the most tokens of all, so that layers with a
--   few busy experts keep fewer of them than even layers.
-- Formula: as in hot_set, over the pairs of a layer and an expert; ties to the lower layer and number.
-- Source: as in hot_set; kt-kernel's generate_gpu_experts_masks chooses over all layers.
-- Version: 2
-- Example: SELECT resident, held_out, in_sample, oracle, uniform, gain_share, activations_per_expert, verdict, n
--   FROM hot_set_of_model(1, 'prompt', 16, 3)
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated
--   resident INTEGER from 0: Number of experts of all layers to keep
--   folds INTEGER from 2: Number of folds
--
-- Columns:
--   n BIGINT: Number of questions
--   resident INTEGER: Number of experts that are kept, no more than there are
--   held_out DOUBLE: Share of the activations of unseen questions that the set serves, 0 to 1
--   in_sample DOUBLE: The same of the questions that it was chosen on
--   oracle DOUBLE: The same of a set chosen on the unseen questions themselves
--   uniform DOUBLE: resident / experts of all layers: the same of a set at random
--   gain_share DOUBLE NULL: Share of what can be gained over a set at random that the set gains; NULL if nothing can be gained
--   activations_per_expert DOUBLE: Mean number of activations of an expert in the questions that a set was chosen on
--   verdict VARCHAR: hot_set_verdict of these scores: gain, no gain, overfitted or too few tokens
WITH folded AS (
    SELECT question_id, (row_number() OVER (ORDER BY md5(CAST(question_id AS VARCHAR)), question_id) - 1) % $folds AS fold
    FROM (
        SELECT DISTINCT p.question_id
        FROM question_usage AS p
        JOIN scopes AS v ON v.phase = p.phase AND v.is_last_prompt = p.is_last_prompt
        WHERE p.run_id = $run AND v.scope = $scope
    ) AS recorded
),
loads AS (
    SELECT
        e.layer,
        e.expert,
        f.fold,
        coalesce(u.n, 0) AS test,
        sum(coalesce(u.n, 0)) OVER (PARTITION BY e.layer, e.expert) - coalesce(u.n, 0) AS fit
    FROM (SELECT DISTINCT layer, expert FROM experts WHERE run_id = $run) AS e
    CROSS JOIN (SELECT DISTINCT fold FROM folded) AS f
    LEFT JOIN (
        SELECT p.layer, p.expert, q.fold, CAST(sum(p.n) AS BIGINT) AS n
        FROM question_usage AS p
        JOIN scopes AS v ON v.phase = p.phase AND v.is_last_prompt = p.is_last_prompt
        JOIN runs AS r ON r.run_id = p.run_id
        JOIN folded AS q ON q.question_id = p.question_id
        WHERE p.run_id = $run AND v.scope = $scope AND (v.scope <> 'prompt' OR r.recorded = 'prompt')
        GROUP BY p.layer, p.expert, q.fold
    ) AS u ON u.layer = e.layer AND u.expert = e.expert AND u.fold = f.fold
)
SELECT
    q.n,
    CAST(least($resident, s.experts) AS INTEGER) AS resident,
    s.held_out,
    s.in_sample,
    s.oracle,
    least($resident, s.experts) / s.experts AS uniform,
    (s.held_out - least($resident, s.experts) / s.experts) / nullif(s.oracle - least($resident, s.experts) / s.experts, 0)
        AS gain_share,
    s.activations_per_expert,
    hot_set_verdict(s.held_out, s.in_sample, least($resident, s.experts) / s.experts, s.activations_per_expert) AS verdict
FROM (
    SELECT
        max(fit_place) AS experts,
        coalesce(sum(test) FILTER (WHERE fit_place <= $resident), 0) / sum(test) AS held_out,
        coalesce(sum(fit) FILTER (WHERE fit_place <= $resident), 0) / sum(fit) AS in_sample,
        coalesce(sum(test) FILTER (WHERE test_place <= $resident), 0) / sum(test) AS oracle,
        avg(fit) AS activations_per_expert
    FROM (
        SELECT
            *,
            row_number() OVER (PARTITION BY fold ORDER BY fit DESC, layer, expert) AS fit_place,
            row_number() OVER (PARTITION BY fold ORDER BY test DESC, layer, expert) AS test_place
        FROM loads
    ) AS placed
    HAVING sum(test) > 0 AND sum(fit) > 0
) AS s
CROSS JOIN (SELECT count(*) AS n FROM folded) AS q
