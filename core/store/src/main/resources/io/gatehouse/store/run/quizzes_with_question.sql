-- The quizzes of runs of this engine that have a question, the one that came first before the others.
SELECT quiz
FROM questions
WHERE subject = ? AND ordinal = ? AND question = ? AND quiz NOT IN (SELECT quiz FROM runs WHERE source <> 'gatehouse')
GROUP BY quiz
ORDER BY min(question_id)
