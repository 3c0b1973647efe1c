-- Each question is one of four kinds.
SELECT * FROM subject_answer_difference
WHERE both_right + only_this + only_other + neither <> n OR least(both_right, only_this, only_other, neither) < 0
    OR abs(accuracy - (both_right + only_this) / n) > 1e-11 OR abs(accuracy - other_accuracy - difference) > 1e-11
    OR NOT same_answers <= known OR NOT known <= n;

-- The subjects add up to answer_difference.
SELECT a.run_id
FROM answer_difference AS a
FULL JOIN (
    SELECT run_id, other_run_id, sum(n) AS n, sum(only_this) AS only_this, sum(only_other) AS only_other
    FROM subject_answer_difference
    GROUP BY run_id, other_run_id
) AS s ON s.run_id = a.run_id AND s.other_run_id = a.other_run_id
WHERE s.n IS DISTINCT FROM a.n OR s.only_this IS DISTINCT FROM a.only_this OR s.only_other IS DISTINCT FROM a.only_other;

-- A difference is in its interval.
SELECT * FROM subject_answer_difference WHERE NOT (difference BETWEEN low AND high AND low >= -1 AND high <= 1);
