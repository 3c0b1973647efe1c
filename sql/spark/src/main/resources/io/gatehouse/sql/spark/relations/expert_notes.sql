SELECT
    r.run_id,
    n.layer,
    n.expert,
    n.label,
    n.text,
    n.only_run IS NULL AS of_model,
    n.written_at,
    n.note_id
FROM notes AS n
JOIN runs AS r ON r.run_id = n.only_run OR r.fingerprint = n.fingerprint
