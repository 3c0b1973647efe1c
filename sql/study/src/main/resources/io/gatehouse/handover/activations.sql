SELECT layer, expert, activations FROM experts WHERE run_id = ? AND scope = ?
