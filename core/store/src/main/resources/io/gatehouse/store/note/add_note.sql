INSERT INTO notes
SELECT
    (SELECT coalesce(max(note_id), 0) + 1 FROM notes),
    CASE WHEN NOT r.is_only THEN r.fingerprint END,
    CASE WHEN r.is_only THEN r.run_id END,
    $2,
    $3,
    $4,
    $5,
    $7
FROM (
    SELECT run_id, fingerprint, $6 OR fingerprint = '' AS is_only
    FROM runs
    WHERE run_id = $1
) AS r
RETURNING *
