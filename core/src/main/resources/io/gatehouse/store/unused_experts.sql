SELECT layer, expert
FROM experts
WHERE run_id = ? AND scope = ? AND activations = 0
ORDER BY layer, expert
