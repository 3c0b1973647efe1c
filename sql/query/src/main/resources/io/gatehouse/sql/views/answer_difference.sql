-- One row per run and other run of the same quiz: difference in accuracy, and its significance.
--
-- Group: Runs compared
-- Order: 2
-- Title: Answer difference between runs
-- Definition: the questions that both runs answered. The test uses only the questions that exactly one of them answers
--   correctly: McNemar's exact test.
-- Formula: p_value = min(1, 2 sum_{i=0..min(b,c)} C(b+c, i) / 2^(b+c)), b and c the questions that only the one, only the
--   other answered correctly.
-- Source: McNemar 1947, Psychometrika 12(2), in its exact form.
-- Version: 2
-- Example: SELECT other_run_id, n, accuracy, other_accuracy, only_this, only_other, p_value
--   FROM answer_difference
--   WHERE run_id = 1
--   ORDER BY other_run_id
-- Picture: table
--
-- Columns:
--   run_id INTEGER: The run
--   other_run_id INTEGER: The run it is compared with
--   scope VARCHAR: Always last_prompt, also where the answers are those of generated texts
--   n BIGINT: Number of questions that both answered
--   accuracy DOUBLE: Accuracy of the run on those, 0 to 1
--   other_accuracy DOUBLE: Accuracy of the other run on those, 0 to 1
--   difference DOUBLE: accuracy - other_accuracy
--   same_answer DOUBLE NULL: Share of questions with the same answer, right or wrong, of those where both are known; NULL if an import has no value
--   both_right BIGINT: Number of questions that both answered correctly
--   only_this BIGINT: Number that only the run answered correctly
--   only_other BIGINT: Number that only the other answered correctly
--   neither BIGINT: Number that neither answered correctly
--   p_value DOUBLE: Two-sided p-value: probability of a difference this large or larger between equally accurate runs
SELECT
    t.run_id,
    t.other_run_id,
    'last_prompt' AS scope,
    t.n,
    (t.both_right + t.only_this) / t.n AS accuracy,
    (t.both_right + t.only_other) / t.n AS other_accuracy,
    (t.only_this - t.only_other) / t.n AS difference,
    t.same_answers / nullif(t.known, 0) AS same_answer,
    t.both_right,
    t.only_this,
    t.only_other,
    t.n - t.both_right - t.only_this - t.only_other AS neither,
    significant(least(1e0, 2 * sum(exp(
        lgamma(t.only_this + t.only_other + 1) - lgamma(i.number + 1)
            - lgamma(t.only_this + t.only_other - i.number + 1) - (t.only_this + t.only_other) * ln(2e0)
    )))) AS p_value
FROM (
    SELECT
        run_id,
        other_run_id,
        CAST(sum(n) AS BIGINT) AS n,
        CAST(sum(known) AS BIGINT) AS known,
        CAST(sum(same_answers) AS BIGINT) AS same_answers,
        CAST(sum(both_right) AS BIGINT) AS both_right,
        CAST(sum(only_this) AS BIGINT) AS only_this,
        CAST(sum(only_other) AS BIGINT) AS only_other
    FROM subject_answer_difference
    GROUP BY run_id, other_run_id
) AS t
JOIN (SELECT row_number() OVER () - 1 AS number FROM questions) AS i
    ON i.number <= least(t.only_this, t.only_other)
GROUP BY t.run_id, t.other_run_id, t.n, t.known, t.same_answers, t.both_right, t.only_this, t.only_other
