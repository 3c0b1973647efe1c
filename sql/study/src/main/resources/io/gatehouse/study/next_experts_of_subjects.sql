SELECT q.subject, a.layer, a.expert, COUNT(*) AS n
FROM activations AS a
JOIN questions AS q ON q.question_id = a.question_id
WHERE a.run_id = :run_id AND a.is_last_prompt AND a."rank" = 1
GROUP BY q.subject, a.layer, a.expert
ORDER BY n DESC, q.subject, a.layer, a.expert
LIMIT 10
