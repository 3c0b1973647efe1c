UPDATE runs SET step = ? WHERE run_id = ?
