SELECT max(n) AS n FROM layer_load WHERE run_id = ? AND scope = ?
