-- A share lies in its interval.
SELECT * FROM run_accuracy
WHERE NOT (n > 0 AND correct BETWEEN 0 AND n AND accuracy BETWEEN wilson_low AND wilson_high AND wilson_low >= 0
    AND wilson_high <= 1 AND prompt_tokens >= n);

-- It counts the answers of the run.
SELECT a.run_id
FROM run_accuracy AS a
FULL JOIN (
    SELECT run_id, count(*) AS n, count(*) FILTER (WHERE correct) AS correct
    FROM answers
    GROUP BY run_id
) AS w ON w.run_id = a.run_id
WHERE w.n IS DISTINCT FROM a.n OR w.correct IS DISTINCT FROM a.correct;
