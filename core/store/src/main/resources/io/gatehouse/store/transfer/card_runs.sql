SELECT run_id, name, model, quiz, questions, status, recorded, layers, experts, top_k FROM runs ORDER BY run_id
