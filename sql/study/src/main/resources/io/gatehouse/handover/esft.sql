SELECT subject, layer, expert, tokens_before, gate_before
FROM esft_scores
WHERE run_id = ? AND scope = ?
ORDER BY subject, layer, expert
