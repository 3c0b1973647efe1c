UPDATE runs SET
    status = $1,
    finished_at = $2,
    compute_seconds = (SELECT sum(seconds) FROM run_shards WHERE run_id = $3)
WHERE run_id = $3
