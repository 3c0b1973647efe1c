UPDATE notes
SET label = $2, text = $3, written_at = $4
WHERE note_id = $1
RETURNING *
