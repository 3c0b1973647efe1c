SELECT run_id FROM runs WHERE probabilities <> 'none' ORDER BY run_id
