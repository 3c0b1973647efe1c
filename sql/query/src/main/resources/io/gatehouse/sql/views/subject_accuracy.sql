-- One row per run and subject of its quiz, also where the run has no answers yet: how many answers are correct.
--
-- Group: Answers
-- Order: 2
-- Title: Accuracy by subject
-- Definition: as in the view run_accuracy, over the questions of the subject.
-- Formula: accuracy = correct / n, with Wilson's score interval at 95%.
-- Source: Hendrycks et al. 2021, arXiv 2009.03300 (MMLU); Wilson 1927, JASA 22(158).
-- Version: 1
-- Example: SELECT subject, n, accuracy, wilson_low, wilson_high
--   FROM subject_accuracy
--   WHERE run_id = 1 AND n > 0
--   ORDER BY accuracy DESC, subject
-- Picture: figure answers
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Always last_prompt, also where the answers are those of generated texts
--   subject VARCHAR: Subject within the quiz
--   n BIGINT: Number of answers
--   correct BIGINT: Number of those that are correct
--   accuracy DOUBLE NULL: correct / n, 0 to 1; NULL if there are no answers
--   wilson_low DOUBLE NULL: Lower end of the 95% interval of accuracy; NULL if there are no answers
--   wilson_high DOUBLE NULL: Upper end of the 95% interval of accuracy; NULL if there are no answers
--   prompt_tokens BIGINT: Number of tokens of the prompts of those answers
SELECT
    run_id,
    'last_prompt' AS scope,
    subject,
    n,
    correct,
    correct / nullif(n, 0) AS accuracy,
    wilson_low(correct, n) AS wilson_low,
    wilson_high(correct, n) AS wilson_high,
    prompt_tokens
FROM (
    SELECT
        r.run_id,
        q.subject,
        count(a.question_id) AS n,
        count(*) FILTER (WHERE a.correct) AS correct,
        CAST(coalesce(sum(a.prompt_tokens), 0) AS BIGINT) AS prompt_tokens
    FROM runs AS r
    JOIN questions AS q ON q.quiz = r.quiz
    LEFT JOIN answers AS a ON a.run_id = r.run_id AND a.question_id = q.question_id
    GROUP BY r.run_id, q.subject
) AS counted
