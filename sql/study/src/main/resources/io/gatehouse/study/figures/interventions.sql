-- Section: Interventions
-- Title: Effect of interventions
-- Finding: {runs} other runs of this model and quiz have interventions; the largest loss of accuracy is
--   {largest points}.
-- Finding: Among the runs that mask only experts which this run never used at the last prompt token, the largest
--   change of accuracy is {pruned points}, and {pruned_changed} answers changed.
-- Note: This figure shows effects, not observations. Experts that are unused at the last prompt token may be used at
--   earlier tokens. The p-value is McNemar's exact test.
-- Views: intervention_effect ablation answer_difference
-- Picture: none
SELECT
    count(*) AS runs,
    min(e.effect) AS largest,
    arg_max(e.effect, abs(e.effect)) FILTER (WHERE m.used = 0) AS pruned,
    max(e.changed_answers) FILTER (WHERE m.used = 0) AS pruned_changed
FROM intervention_effect AS e
LEFT JOIN (
    SELECT run_id, count(*) FILTER (WHERE activations > 0) AS used
    FROM ablation
    WHERE reference_run_id = :run_id AND scope = 'last_prompt'
    GROUP BY run_id
) AS m ON m.run_id = e.run_id
WHERE e.reference_run_id = :run_id;

SELECT
    r.name AS run,
    e.masked_experts,
    m.used AS of_them_used,
    e.n,
    e.accuracy,
    e.reference_accuracy,
    e.effect,
    e.changed_answers,
    e.log_probability_effect,
    e.p_value
FROM intervention_effect AS e
JOIN runs AS r ON r.run_id = e.run_id
LEFT JOIN (
    SELECT run_id, count(*) FILTER (WHERE activations > 0) AS used
    FROM ablation
    WHERE reference_run_id = :run_id AND scope = 'last_prompt'
    GROUP BY run_id
) AS m ON m.run_id = e.run_id
WHERE e.reference_run_id = :run_id
ORDER BY e.effect, r.name;
