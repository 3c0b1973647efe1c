SELECT layer, expert, other_expert, together, tokens
FROM expert_coactivation
WHERE run_id = ? AND scope = ?
ORDER BY layer, expert, other_expert
