-- One row per run with an intervention and run without one of the same model and quiz: the effect of the intervention.
--
-- Group: Interventions
-- Order: 1
-- Title: Effect of interventions
-- Definition: the questions that both runs answered. The reference run has the same weights and prompts and no
--   intervention; the runs may differ in precision (runs.precision).
-- Formula: effect = accuracy - reference_accuracy; log_probability_effect = mean over questions of the change of the
--   correct letter's natural log-probability; p_value as in answer_difference.
-- Source: after the causal audit of routing statistics 2026, arXiv 2606.10703.
-- Version: 1
-- Example: SELECT intervention, n, accuracy, reference_accuracy, effect, changed_answers, p_value
--   FROM intervention_effect
--   ORDER BY effect
-- Picture: table
--
-- Columns:
--   run_id INTEGER: The run with the intervention
--   reference_run_id INTEGER: The run without
--   scope VARCHAR: Always last_prompt, also where the answers are those of generated texts
--   intervention VARCHAR: What was changed, as in runs.interventions
--   masked_experts BIGINT: Number of masked experts
--   n BIGINT: Number of questions that both answered
--   accuracy DOUBLE: Accuracy with the intervention, 0 to 1
--   reference_accuracy DOUBLE: Accuracy without, 0 to 1
--   effect DOUBLE: accuracy - reference_accuracy
--   changed_answers BIGINT: Number of questions with another answer, right or wrong
--   log_probability_effect DOUBLE NULL: Mean change of the correct letter's log-probability, in nats; NULL if the answers are those of generated texts
--   p_value DOUBLE: Two-sided p-value of the effect, McNemar's exact test
SELECT
    d.run_id,
    d.other_run_id AS reference_run_id,
    d.scope,
    r.interventions AS intervention,
    coalesce(m.experts, 0) AS masked_experts,
    d.n,
    d.accuracy,
    d.other_accuracy AS reference_accuracy,
    d.difference AS effect,
    c.changed AS changed_answers,
    c.log_probability_effect,
    d.p_value
FROM answer_difference AS d
JOIN runs AS r ON r.run_id = d.run_id
JOIN runs AS o
    ON o.run_id = d.other_run_id AND o.fingerprint = r.fingerprint AND o.quiz = r.quiz
        AND o.prompt_format = r.prompt_format AND o.shots = r.shots
JOIN (
    SELECT
        a.run_id,
        b.run_id AS other_run_id,
        count(*) FILTER (WHERE a.predicted IS DISTINCT FROM b.predicted) AS changed,
        significant(
            avg(CAST(list_extract(a.log_probabilities, ascii(q.answer) - 64) AS DOUBLE)
                - list_extract(b.log_probabilities, ascii(q.answer) - 64))
        ) AS log_probability_effect
    FROM answers AS a
    JOIN answers AS b ON b.question_id = a.question_id AND b.run_id <> a.run_id
    JOIN questions AS q ON q.question_id = a.question_id
    GROUP BY a.run_id, b.run_id
) AS c ON c.run_id = d.run_id AND c.other_run_id = d.other_run_id
LEFT JOIN (SELECT run_id, count(*) AS experts FROM masked_experts GROUP BY run_id) AS m ON m.run_id = d.run_id
WHERE r.interventions <> '' AND o.interventions = ''
