SELECT subject, layer, expert, share, uniform_share, log_odds, n
FROM subject_specialisation
WHERE run_id = :run_id AND scope = 'last_prompt'
ORDER BY log_odds DESC, subject, layer, expert
LIMIT 10
