-- One row per run that has answers: how many of the answers are correct.
--
-- Group: Answers
-- Order: 1
-- Title: Accuracy of the run
-- Definition: the answer of a run is the choice with the largest probability at the last prompt token; it is correct if the
--   quiz says so.
-- Formula: accuracy = correct / n, with Wilson's score interval at 95%.
-- Source: Hendrycks et al. 2021, arXiv 2009.03300 (MMLU); Wilson 1927, JASA 22(158).
-- Version: 1
-- Example: SELECT run_id, n, correct, accuracy, wilson_low, wilson_high
--   FROM run_accuracy
--   ORDER BY run_id
-- Picture: table
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Always last_prompt, also where the answers are those of generated texts
--   subjects BIGINT: Number of subjects with answers
--   n BIGINT: Number of answers
--   correct BIGINT: Number of those that are correct
--   accuracy DOUBLE: correct / n, 0 to 1
--   wilson_low DOUBLE: Lower end of the 95% interval of accuracy
--   wilson_high DOUBLE: Upper end of the 95% interval of accuracy
--   prompt_tokens BIGINT: Number of tokens of their prompts
SELECT
    run_id,
    scope,
    subjects,
    n,
    correct,
    correct / n AS accuracy,
    wilson_low(correct, n) AS wilson_low,
    wilson_high(correct, n) AS wilson_high,
    prompt_tokens
FROM (
    SELECT
        run_id,
        scope,
        count(*) AS subjects,
        CAST(sum(n) AS BIGINT) AS n,
        CAST(sum(correct) AS BIGINT) AS correct,
        CAST(sum(prompt_tokens) AS BIGINT) AS prompt_tokens
    FROM subject_accuracy
    WHERE n > 0
    GROUP BY run_id, scope
) AS counted
