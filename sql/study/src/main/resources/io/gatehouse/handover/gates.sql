SELECT count(*) AS n FROM router_probabilities WHERE run_id = ?
