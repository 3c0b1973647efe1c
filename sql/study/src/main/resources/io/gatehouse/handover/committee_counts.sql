SELECT count(*) AS n, count(weight) AS weights FROM activations WHERE run_id = ? AND is_last_prompt
