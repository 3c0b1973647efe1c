SELECT t.token, COUNT(DISTINCT a.expert) AS experts, COUNT(*) AS activations
FROM activations AS a
JOIN tokens AS t
    ON t.run_id = a.run_id AND t.question_id = a.question_id AND t.position = a.position
WHERE a.run_id = :run_id AND a.layer = 0
GROUP BY t.token
ORDER BY experts, activations DESC
LIMIT 10
