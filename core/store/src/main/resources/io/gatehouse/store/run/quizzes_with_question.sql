-- The quizzes of runs of this engine that have a question, the one that came first before the others.
SELECT task
FROM questions
WHERE subject = ? AND ordinal = ? AND question = ? AND task NOT IN (SELECT name FROM runs WHERE source <> 'gatehouse')
GROUP BY task
ORDER BY min(question_id)
