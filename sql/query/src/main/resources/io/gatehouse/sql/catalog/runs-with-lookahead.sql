SELECT run_id FROM runs WHERE len(lookahead) > 0 ORDER BY run_id
