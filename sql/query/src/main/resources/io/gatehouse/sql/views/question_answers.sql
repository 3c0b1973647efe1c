-- One row per run, question and sample: what was asked and what the run answered.
--
-- Group: Answers
-- Order: 3
-- Title: Questions and answers
-- Definition: the rows of answers beside those of questions. The answer is the choice with the largest probability at the
--   last prompt token, or that of the generated text if the run has an answer rule (runs.answer_rule).
-- Formula: log_probability = max over choices of log_probabilities; log_probability_margin = log_probability - the second
--   largest of log_probabilities.
-- Source: Hendrycks et al. 2021, arXiv 2009.03300 (MMLU); Scheffer et al. 2001, LNCS 2189 (margin of the two most probable
--   answers).
-- Version: 1
-- Example: SELECT question_id, subject, question, answer, predicted, log_probability
--   FROM question_answers
--   WHERE run_id = 1 AND NOT correct
--   ORDER BY log_probability DESC, question_id
--   LIMIT 50
-- Picture: table
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Always last_prompt, also where the answers are those of generated texts
--   question_id INTEGER: The question
--   sample SMALLINT: Number of the answer among those that the model sampled for the question, from 0
--   subject VARCHAR: Subject within the quiz
--   ordinal INTEGER: Position of the question within its subject's file, from 1
--   n BIGINT: Number of choices
--   question VARCHAR: Text of the question without the choices
--   choices VARCHAR[]: Texts of the choices, A first; empty if the answer is free
--   answer VARCHAR: Letter of the correct choice; the correct answer if the question has no choices
--   predicted VARCHAR NULL: Answer of the run, a letter if the question has choices; NULL if its text has none or an import has no value
--   correct BOOLEAN: Whether that is the correct answer
--   log_probability FLOAT NULL: Natural log-probability of predicted; NULL if that is of a generated text or an import has no value
--   log_probability_margin FLOAT NULL: Difference of the two largest log_probabilities, 0 or more, which is the gap of their logits; NULL if there are fewer than two
--   log_probabilities FLOAT[] NULL: Natural log-probability of each letter, A first; NULL if predicted is of a generated text or an import has no value
--   top_token VARCHAR NULL: Text of the most probable next token of all; NULL if an import has no value
--   prompt_tokens INTEGER: Length of the prompt in tokens
SELECT
    a.run_id,
    'last_prompt' AS scope,
    a.question_id,
    a.sample,
    q.subject,
    q.ordinal,
    CAST(len(q.choices) AS BIGINT) AS n,
    q.question,
    q.choices,
    q.answer,
    a.predicted,
    a.correct,
    list_max(a.log_probabilities) AS log_probability,
    list_max(a.log_probabilities) - list_extract(list_reverse_sort(a.log_probabilities), 2) AS log_probability_margin,
    a.log_probabilities,
    a.top_token,
    a.prompt_tokens
FROM answers AS a
JOIN questions AS q ON q.question_id = a.question_id
