SELECT t.question_id, t."position", t.layer, t.experts
FROM token_routing AS t
JOIN scopes AS s ON s.phase = t.phase AND s.is_last_prompt = t.is_last_prompt
WHERE t.run_id = ? AND s.scope = ?
ORDER BY t.question_id, t."position", t.layer
