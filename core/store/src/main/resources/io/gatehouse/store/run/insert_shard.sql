INSERT INTO run_shards (run_id, shard, questions, tokens, routing_rows, committed_at, seconds, question_ids) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
