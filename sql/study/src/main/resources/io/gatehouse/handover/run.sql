SELECT run_id, layers, experts, scope FROM runs WHERE name = ?
