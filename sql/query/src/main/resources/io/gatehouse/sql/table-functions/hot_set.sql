-- One row per layer: how much of the routing of unseen questions a fixed set of experts serves that was chosen on others.
--
-- Title: Static hot set
-- Definition: keep the busiest experts of a layer in fast memory, for good. Chosen and scored on the same questions such a
--   set always looks good; so the questions are split at random into folds, the set is chosen on all folds but one and
--   scored on that one, and each fold is scored once. With one question per fold it is leave-one-out. The same questions
--   always give the same folds. The verdict is that of the function hot_set_verdict.
-- Formula: of each fold, the set H is the resident experts with the most tokens in the other folds, ties to the lower
--   number; held_out = activations of the fold in H / activations of the fold, summed over folds; in_sample and oracle
--   the same with H chosen and scored on the other folds, and chosen and scored on the fold; uniform = resident / experts;
--   gain_share = (held_out - uniform) / (oracle - uniform); whole_tokens = share of the tokens t of a fold with E(t) in H.
-- Source: exllamav3 pull request 315, util/moe_profile_build.py, with folds in place of one held-out third.
-- Version: 2
-- Example: SELECT layer, resident, held_out, in_sample, oracle, uniform, gain_share, activations_per_expert, verdict, n
--   FROM hot_set(1, 'prompt', 4, 3)
--   ORDER BY layer
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated
--   resident INTEGER from 0: Number of experts of each layer to keep
--   folds INTEGER from 2: Number of folds
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   n BIGINT: Number of questions
--   resident INTEGER: Number of experts that are kept, no more than the layer has
--   held_out DOUBLE: Share of the activations of unseen questions that the set serves, 0 to 1
--   in_sample DOUBLE: The same of the questions that it was chosen on
--   oracle DOUBLE: The same of a set chosen on the unseen questions themselves
--   uniform DOUBLE: resident / experts: the same of a set at random
--   gain_share DOUBLE NULL: Share of what can be gained over a set at random that the set gains; NULL if nothing can be gained
--   whole_tokens DOUBLE: Share of the unseen tokens with all of their experts in the set, 0 to 1
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
),
placed AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY layer, fold ORDER BY fit DESC, expert) AS fit_place,
        row_number() OVER (PARTITION BY layer, fold ORDER BY test DESC, expert) AS test_place
    FROM loads
)
SELECT
    s.layer,
    q.n,
    CAST(least($resident, s.experts) AS INTEGER) AS resident,
    s.held_out,
    s.in_sample,
    s.oracle,
    least($resident, s.experts) / s.experts AS uniform,
    (s.held_out - least($resident, s.experts) / s.experts) / nullif(s.oracle - least($resident, s.experts) / s.experts, 0)
        AS gain_share,
    w.whole_tokens,
    s.activations_per_expert,
    hot_set_verdict(s.held_out, s.in_sample, least($resident, s.experts) / s.experts, s.activations_per_expert) AS verdict
FROM (
    SELECT
        layer,
        count(DISTINCT expert) AS experts,
        coalesce(sum(test) FILTER (WHERE fit_place <= $resident), 0) / sum(test) AS held_out,
        coalesce(sum(fit) FILTER (WHERE fit_place <= $resident), 0) / sum(fit) AS in_sample,
        coalesce(sum(test) FILTER (WHERE test_place <= $resident), 0) / sum(test) AS oracle,
        avg(fit) AS activations_per_expert
    FROM placed
    GROUP BY layer
    HAVING sum(test) > 0 AND sum(fit) > 0
) AS s
CROSS JOIN (SELECT count(*) AS n FROM folded) AS q
JOIN (
    SELECT t.layer, count(*) FILTER (WHERE list_has_all(h.kept, t.experts)) / count(*) AS whole_tokens
    FROM routing AS t
    JOIN scopes AS v ON (v.phase = 'generated') = t.is_generated AND v.is_last_prompt = t.is_last_prompt
    JOIN runs AS r ON r.run_id = t.run_id
    JOIN folded AS q ON q.question_id = t.question_id
    JOIN (
        SELECT layer, fold, list(expert) FILTER (WHERE fit_place <= $resident) AS kept
        FROM placed
        GROUP BY layer, fold
    ) AS h ON h.layer = t.layer AND h.fold = q.fold
    WHERE t.run_id = $run AND v.scope = $scope AND (v.scope <> 'prompt' OR r.recorded = 'prompt')
    GROUP BY t.layer
) AS w ON w.layer = s.layer
