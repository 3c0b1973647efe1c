SELECT layer, expert, n, accuracy, wilson_low, wilson_high, lift
FROM expert_accuracy
WHERE run_id = :run_id AND scope = 'last_prompt' AND n >= 30
ORDER BY wilson_high, layer, expert
LIMIT 5
