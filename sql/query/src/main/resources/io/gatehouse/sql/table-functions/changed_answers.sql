-- One row per question that two runs answered differently: the answers of both runs.
--
-- Title: Changed answers
-- Definition: the questions that both runs answered, with another letter; or, where an import does not name the letter,
--   correctly in only one of them. The view answer_difference counts and tests them.
-- Source: none needed: rows of answers and questions.
-- Version: 1
-- Example: SELECT question_id, subject, question, answer, predicted, other_predicted
--   FROM changed_answers(1, (SELECT max(run_id) FROM runs WHERE run_id <> 1))
--   ORDER BY question_id
--
-- Parameters:
--   run INTEGER of runs: The run
--   other_run INTEGER of runs: The run it is compared with
--
-- Columns:
--   question_id INTEGER: The question
--   subject VARCHAR: Its subject
--   question VARCHAR: Its text, without the choices
--   answer VARCHAR: Letter of the correct choice
--   predicted VARCHAR NULL: Answer of the run, a letter if the question has choices; NULL if its text has none or an import has no value
--   correct BOOLEAN: Whether that is the correct answer
--   other_predicted VARCHAR NULL: Answer of the other run; NULL if its text has none or an import has no value
--   other_correct BOOLEAN: Whether that is the correct answer
SELECT
    q.question_id,
    q.subject,
    q.question,
    q.answer,
    x.predicted,
    x.correct,
    y.predicted AS other_predicted,
    y.correct AS other_correct
FROM answers AS x
JOIN answers AS y ON y.question_id = x.question_id
JOIN questions AS q ON q.question_id = x.question_id
WHERE x.run_id = $run AND y.run_id = $other_run AND x.sample = 0 AND y.sample = 0
    AND (x.predicted <> y.predicted OR x.correct <> y.correct)
