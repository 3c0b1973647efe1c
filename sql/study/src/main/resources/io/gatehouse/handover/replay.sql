-- The name of a sequence that was imported.
SELECT t.question_id, t."position", t.layer, t.phase, t.experts, coalesce(a."value", '') AS name
FROM token_routing AS t
LEFT JOIN question_attributes AS a ON a.question_id = t.question_id AND a.name = 'name'
WHERE t.run_id = ?
ORDER BY t.question_id, t."position", t.layer
