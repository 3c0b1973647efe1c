SELECT
    run_id,
    layers,
    experts,
    recorded,
    top_k,
    model,
    coalesce(fingerprint, '') AS checkpoint,
    coalesce(architecture, '') AS architecture,
    coalesce("storage", '') AS "storage"
FROM runs
WHERE name = ?
