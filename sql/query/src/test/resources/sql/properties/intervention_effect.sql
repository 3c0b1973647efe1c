-- A difference of shares.
SELECT * FROM intervention_effect
WHERE NOT (effect BETWEEN -1 AND 1 AND abs(accuracy - reference_accuracy - effect) < 1e-11
    AND changed_answers BETWEEN 0 AND n AND p_value BETWEEN 0 AND 1);

-- Only the one of the two changes something.
SELECT e.run_id
FROM intervention_effect AS e
JOIN runs AS r ON r.run_id = e.run_id
JOIN runs AS o ON o.run_id = e.reference_run_id
WHERE r.interventions = '' OR o.interventions <> '' OR r.interventions <> e.intervention;

-- Accuracy changes only where answers do.
SELECT * FROM intervention_effect WHERE abs(effect) * n > changed_answers + 1e-9;

-- Its p-value is that of the answers.
SELECT e.run_id
FROM intervention_effect AS e
LEFT JOIN answer_difference AS d ON d.run_id = e.run_id AND d.other_run_id = e.reference_run_id
WHERE d.p_value IS DISTINCT FROM e.p_value OR d.n IS DISTINCT FROM e.n;
