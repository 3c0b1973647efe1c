SELECT question_id, layer, expert, count(*) AS n
FROM activations
WHERE run_id = ? AND phase = ?
GROUP BY question_id, layer, expert
ORDER BY question_id, layer, expert
