-- A parameter that is NULL leaves its column as it is.
UPDATE runs
SET name = coalesce($2, name), note = coalesce($3, note), tags = coalesce($4, tags)
WHERE run_id = $1
