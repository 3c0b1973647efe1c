-- One row per run, other run of the same quiz and subject: which questions of the subject the two answer differently.
--
-- Group: Runs compared
-- Order: 3
-- Title: Answer difference by subject
-- Definition: the questions of the subject that both have answered. The view answer_difference sums them up and tests the
--   difference.
-- Formula: difference = accuracy - other_accuracy = (only_this - only_other) / n.
-- Source: the counts of McNemar 1947, Psychometrika 12(2), by subject.
-- Version: 1
-- Example: SELECT other_run_id, subject, n, accuracy, other_accuracy, difference, only_this, only_other
--   FROM subject_answer_difference
--   WHERE run_id = 1
--   ORDER BY other_run_id, subject
-- Picture: table
--
-- Columns:
--   run_id INTEGER: The run
--   other_run_id INTEGER: The run it is compared with
--   scope VARCHAR: Always last_prompt, also where the answers are those of generated texts
--   subject VARCHAR: Subject within the quiz
--   n BIGINT: Number of questions that both answered
--   accuracy DOUBLE: Accuracy of the run on those, 0 to 1
--   other_accuracy DOUBLE: Accuracy of the other run on those, 0 to 1
--   difference DOUBLE: accuracy - other_accuracy
--   known BIGINT: Number of those where the answers of both are known, whether right or wrong
--   same_answers BIGINT: Number of those with the same answer
--   both_right BIGINT: Number of questions that both answered correctly
--   only_this BIGINT: Number that only the run answered correctly
--   only_other BIGINT: Number that only the other answered correctly
--   neither BIGINT: Number that neither answered correctly
SELECT
    run_id,
    other_run_id,
    'last_prompt' AS scope,
    subject,
    n,
    (both_right + only_this) / n AS accuracy,
    (both_right + only_other) / n AS other_accuracy,
    (only_this - only_other) / n AS difference,
    known,
    same_answers,
    both_right,
    only_this,
    only_other,
    n - both_right - only_this - only_other AS neither
FROM (
    SELECT
        a.run_id,
        b.run_id AS other_run_id,
        q.subject,
        count(*) AS n,
        count(*) FILTER (WHERE a.predicted IS NOT NULL AND b.predicted IS NOT NULL) AS known,
        count(*) FILTER (WHERE a.predicted = b.predicted) AS same_answers,
        count(*) FILTER (WHERE a.correct AND b.correct) AS both_right,
        count(*) FILTER (WHERE a.correct AND NOT b.correct) AS only_this,
        count(*) FILTER (WHERE b.correct AND NOT a.correct) AS only_other
    FROM answers AS a
    JOIN answers AS b ON b.question_id = a.question_id AND b.run_id <> a.run_id
    JOIN questions AS q ON q.question_id = a.question_id
    GROUP BY a.run_id, b.run_id, q.subject
) AS counted
