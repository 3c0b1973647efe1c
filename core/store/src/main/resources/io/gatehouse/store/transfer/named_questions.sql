-- The questions of the quiz of an import, by the names of their sequences.
SELECT n.value, q.question_id, q.subject, q.ordinal, q.question, q.answer
FROM questions AS q
JOIN question_attributes AS n ON n.question_id = q.question_id AND n.name = ?
WHERE q.quiz = ?
