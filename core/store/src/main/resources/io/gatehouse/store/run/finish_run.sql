UPDATE runs SET status = ?, finished_at = ?, compute_seconds = ? WHERE run_id = ?
