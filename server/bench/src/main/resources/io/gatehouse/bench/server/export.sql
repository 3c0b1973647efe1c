SELECT question_id, "position", layer, rank, expert, weight FROM activations WHERE run_id = ? LIMIT 50000
