SELECT q.subject, COUNT(*) AS n, AVG(CASE WHEN a.correct THEN 1.0 ELSE 0.0 END) AS accuracy
FROM answers AS a
JOIN questions AS q ON q.question_id = a.question_id
WHERE a.run_id = :run_id
GROUP BY q.subject
ORDER BY accuracy DESC, q.subject
