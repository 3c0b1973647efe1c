SELECT r.layer, a.correct, COUNT(*) AS n, AVG(r.entropy) AS entropy, AVG(r.margin) AS margin
FROM token_routing AS r
JOIN answers AS a ON a.run_id = r.run_id AND a.question_id = r.question_id
WHERE r.run_id = :run_id AND r.is_last_prompt
GROUP BY r.layer, a.correct
ORDER BY r.layer, a.correct
