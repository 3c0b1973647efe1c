SELECT DISTINCT question_id FROM token_routing WHERE run_id = ? ORDER BY question_id
