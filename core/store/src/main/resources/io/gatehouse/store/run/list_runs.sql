-- Of the run with a name, or of all.
SELECT
    r.run_id, r.name, r.model, r.quiz, r.recorded, r.status, r.questions,
    count(a.question_id) AS answered,
    count(a.question_id) FILTER (a.correct) AS correct,
    r.started_at, r.finished_at, r.compute_seconds
FROM runs AS r
LEFT JOIN answers AS a ON a.run_id = r.run_id
WHERE r.name = coalesce(?, r.name)
GROUP BY ALL
ORDER BY r.run_id
