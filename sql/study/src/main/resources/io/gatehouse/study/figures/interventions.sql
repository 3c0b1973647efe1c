-- Title: Effect of interventions
-- Finding: {runs} other {runs|run|runs} of this model and quiz {runs|has an intervention|have interventions} and at least
--   {least} questions in common with this run. Accuracy changes significantly in {changing} of {runs} (McNemar's exact test,
--   adjusted for the number of runs).
-- Finding: The run {largest_run} changes it most: by {largest signed_points}, p = {largest_p probability}.
-- Finding: Among the runs that mask only experts which this run never used at the last prompt token, at most
--   {pruned_changed} of {pruned_n} answers changed.
-- Caption: Effect of interventions on accuracy.
-- Note: Effects, not observations. Effect and accuracies are shares: 0.01 is one percentage point. The log-probability effect is the
--   mean change of the natural logarithm of the probability of the correct answer. Experts that are unused
--   at the last prompt token may be used at earlier tokens. The p-value is that of McNemar's exact test. Of the
--   masked experts, of_them_used counts those that this run used at the last prompt token.
-- Missing: the file has no other run of the same model and quiz with an intervention; if this run has one itself, its
--   effect is in the report of the run without it
-- Views: intervention_effect ablation answer_difference
-- Picture: none
SELECT
    nullif(count(*), 0) AS runs,
    30 AS least,
    count(*) FILTER (WHERE p_value * runs < 0.05) AS changing,
    arg_max(name, abs(effect)) FILTER (WHERE p_value * runs < 0.05) AS largest_run,
    arg_max(effect, abs(effect)) FILTER (WHERE p_value * runs < 0.05) AS largest,
    arg_max(p_value, abs(effect)) FILTER (WHERE p_value * runs < 0.05) AS largest_p,
    max(changed_answers) FILTER (WHERE used = 0) AS pruned_changed,
    arg_max(n, changed_answers) FILTER (WHERE used = 0) AS pruned_n
FROM (
    SELECT e.effect, e.p_value, e.n, e.changed_answers, m.used, r.name, count(*) OVER () AS runs
    FROM intervention_effect AS e
    JOIN runs AS r ON r.run_id = e.run_id
    LEFT JOIN (
        SELECT run_id, count(*) FILTER (WHERE activations > 0) AS used
        FROM ablation
        WHERE reference_run_id = :run_id AND scope = 'last_prompt'
        GROUP BY run_id
    ) AS m ON m.run_id = e.run_id
    WHERE e.reference_run_id = :run_id AND e.n >= 30
) AS effects;

SELECT
    r.name AS run,
    e.effect,
    e.p_value,
    e.n,
    e.accuracy,
    e.reference_accuracy,
    e.changed_answers,
    e.masked_experts,
    m.used AS of_them_used,
    e.log_probability_effect
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
