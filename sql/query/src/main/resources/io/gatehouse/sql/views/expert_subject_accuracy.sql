-- One row per run, scope, layer, expert that fired and subject: accuracy of the questions of the subject in
-- which the expert fired.
--
-- Group: The paper
-- Order: 5
-- Title: Accuracy by expert and subject
-- Definition: a question counts once for an expert if the expert fired at one or more of its tokens of the scope. Scope
--   last_prompt counts only the last prompt token of each question; scope prompt counts every prompt token, including
--   the last one, for runs that recorded them; scope generated every generated token but the last one of a text, which is
--   not routed. An imported run has rows for a layer only if every token of the
--   scope was recorded. This is an observation, not an effect of the expert.
-- Formula: accuracy = correct / n; weighted_accuracy = sum_q g(e,q) correct(q) / sum_q g(e,q), where g(e,q) is the sum
--   of the weights of the expert in the question. Wilson's score interval at 95% for accuracy.
-- Source: Chernov 2025, arXiv 2502.17187, finding 3, split by subject; Wilson 1927, JASA 22(158).
-- Version: 2
-- Example: SELECT layer, expert, subject, n, accuracy, wilson_low, wilson_high
--   FROM expert_subject_accuracy
--   WHERE run_id = 1 AND scope = 'last_prompt'
--   ORDER BY n DESC, layer, expert, subject
--   LIMIT 50
-- Picture: heat x=expert y=subject value=accuracy
--   SELECT expert, subject, accuracy FROM expert_subject_accuracy
--   WHERE run_id = 1 AND scope = 'last_prompt' AND layer = 3 AND n >= 5
--   ORDER BY subject, expert
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of the layer, from 0
--   subject VARCHAR: Subject within the quiz
--   n BIGINT: Number of questions of the subject in which the expert fired
--   correct BIGINT: Number of those that the model answered correctly
--   accuracy DOUBLE: correct / n, 0 to 1
--   wilson_low DOUBLE: Lower end of the 95% interval of accuracy
--   wilson_high DOUBLE: Upper end of the 95% interval of accuracy
--   weight_sum DOUBLE NULL: Sum of the weights of the expert in those questions; NULL if an import has no value
--   correct_weight_sum DOUBLE NULL: The same over the questions answered correctly; NULL if an import has no value
--   weighted_accuracy DOUBLE NULL: correct_weight_sum / weight_sum, 0 to 1; NULL if all its weights are 0 or an import has no value
SELECT
    run_id,
    scope,
    layer,
    expert,
    subject,
    n,
    correct,
    correct / n AS accuracy,
    wilson_low(correct, n) AS wilson_low,
    wilson_high(correct, n) AS wilson_high,
    weight_sum,
    correct_weight_sum,
    correct_weight_sum / nullif(weight_sum, 0) AS weighted_accuracy
FROM (
    SELECT
        u.run_id,
        u.scope,
        u.layer,
        u.expert,
        q.subject,
        count(*) AS n,
        count(*) FILTER (WHERE a.correct) AS correct,
        sum(u.weight_sum) AS weight_sum,
        CASE WHEN count(u.weight_sum) > 0 THEN coalesce(sum(u.weight_sum) FILTER (WHERE a.correct), 0e0) END
            AS correct_weight_sum
    FROM (
        SELECT run_id, 'last_prompt' AS scope, layer, expert, question_id, weight_sum
        FROM question_usage
        WHERE is_last_prompt
        UNION ALL
        SELECT p.run_id, 'prompt' AS scope, p.layer, p.expert, p.question_id, sum(p.weight_sum) AS weight_sum
        FROM question_usage AS p
        JOIN runs AS r ON r.run_id = p.run_id
        WHERE r.recorded = 'prompt' AND p.phase = 'prompt'
        GROUP BY p.run_id, p.layer, p.expert, p.question_id
        UNION ALL
        SELECT run_id, 'generated' AS scope, layer, expert, question_id, weight_sum
        FROM question_usage
        WHERE phase = 'generated'
    ) AS u
    JOIN answers AS a ON a.run_id = u.run_id AND a.question_id = u.question_id
    JOIN questions AS q ON q.question_id = u.question_id
    JOIN (
        SELECT p.run_id, s.scope, p.layer
        FROM layer_entropy AS p
        JOIN scopes AS s ON s.phase = p.phase AND s.is_last_prompt = p.is_last_prompt
        JOIN (
            SELECT
                a.run_id,
                count(*) AS questions,
                sum(a.prompt_tokens) AS tokens,
                coalesce(sum(g.tokens - 1), 0) AS generated
            FROM answers AS a
            LEFT JOIN generations AS g ON g.run_id = a.run_id AND g.question_id = a.question_id AND g.sample = 0
            GROUP BY a.run_id
        ) AS a ON a.run_id = p.run_id
        GROUP BY p.run_id, s.scope, p.layer, a.questions, a.tokens, a.generated
        HAVING sum(p.n) = CASE s.scope
            WHEN 'last_prompt' THEN a.questions WHEN 'prompt' THEN a.tokens ELSE a.generated
        END
    ) AS w ON w.run_id = u.run_id AND w.scope = u.scope AND w.layer = u.layer
    GROUP BY u.run_id, u.scope, u.layer, u.expert, q.subject
) AS counted
