-- The names of the sequences of a quiz and the digests of their rows.
SELECT n.value, d.value
FROM questions AS q
JOIN question_attributes AS n ON n.question_id = q.question_id AND n.name = ?
JOIN question_attributes AS d ON d.question_id = q.question_id AND d.name = ?
WHERE q.quiz = ?
