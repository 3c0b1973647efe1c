-- Each question is one of four kinds.
SELECT * FROM answer_difference
WHERE both_right + only_this + only_other + neither <> n OR least(both_right, only_this, only_other, neither) < 0
    OR abs(accuracy - (both_right + only_this) / n) > 1e-11 OR abs(accuracy - other_accuracy - difference) > 1e-11;

-- A probability and shares.
SELECT * FROM answer_difference
WHERE NOT (p_value BETWEEN 0 AND 1 AND same_answer BETWEEN 0 AND 1 AND accuracy BETWEEN 0 AND 1);

-- The other way round it is the same difference.
SELECT a.run_id
FROM answer_difference AS a
LEFT JOIN answer_difference AS b ON b.run_id = a.other_run_id AND b.other_run_id = a.run_id
WHERE b.only_other IS DISTINCT FROM a.only_this OR abs(b.p_value - a.p_value) > 1e-11;
