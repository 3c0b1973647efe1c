SELECT count(*) AS n, count(weight) AS weights FROM activations WHERE run_id = ? AND scope = 'last_prompt'
