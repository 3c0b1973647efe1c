-- An accuracy lies in its interval, and that between 0 and 1.
SELECT * FROM expert_subject_accuracy
WHERE NOT (0 <= wilson_low AND wilson_low <= accuracy AND accuracy <= wilson_high AND wilson_high <= 1
    AND correct BETWEEN 0 AND n AND n > 0 AND correct_weight_sum <= weight_sum + 1e-12
    AND weighted_accuracy BETWEEN 0 AND 1 + 1e-12);

-- Subjects add up to the expert.
SELECT s.run_id
FROM (
    SELECT run_id, scope, layer, expert, sum(n) AS n, sum(correct) AS correct
    FROM expert_subject_accuracy
    GROUP BY run_id, scope, layer, expert
) AS s
JOIN expert_accuracy AS e ON e.run_id = s.run_id AND e.scope = s.scope AND e.layer = s.layer AND e.expert = s.expert
WHERE s.n <> e.n OR s.correct <> e.correct;
