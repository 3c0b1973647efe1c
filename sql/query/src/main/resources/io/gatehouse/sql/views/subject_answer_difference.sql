-- One row per run, other run of the same quiz and subject: which questions of the subject the two answer differently.
--
-- Group: Runs compared
-- Order: 3
-- Title: Answer difference by subject
-- Definition: the questions of the subject that both have answered. The view answer_difference sums them up and tests the
--   difference.
-- Formula: difference = accuracy - other_accuracy = (only_this - only_other) / n. low = difference - sqrt(x^2 - 2 phi x y +
--   y^2), x = accuracy - l, y = u' - other_accuracy, l to u and l' to u' Wilson's intervals of the two accuracies; high
--   likewise. phi, the correlation of the two answers, is (ad - bc) / sqrt((a+b)(c+d)(a+c)(b+d)) with a both right, b
--   only_this, c only_other, d neither, and max(ad - bc - n/2, 0) in its numerator where ad > bc.
-- Source: the counts of McNemar 1947, Psychometrika 12(2), by subject; interval: Newcombe 1998, Stat. Med. 17, 2635-2650,
--   method 10.
-- Version: 2
-- Example: SELECT other_run_id, subject, n, accuracy, other_accuracy, difference, low, high, only_this, only_other
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
--   low DOUBLE: Lower end of the 95% interval of difference
--   high DOUBLE: Upper end of it
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
    accuracy,
    other_accuracy,
    (only_this - only_other) / n AS difference,
    (only_this - only_other) / n - sqrt(greatest(0e0, below * below - 2 * phi * below * other_above + other_above * other_above))
        AS low,
    (only_this - only_other) / n + sqrt(greatest(0e0, above * above - 2 * phi * above * other_below + other_below * other_below))
        AS high,
    known,
    same_answers,
    both_right,
    only_this,
    only_other,
    neither
FROM (
    SELECT
        *,
        accuracy - wilson_low(both_right + only_this, n) AS below,
        wilson_high(both_right + only_this, n) - accuracy AS above,
        other_accuracy - wilson_low(both_right + only_other, n) AS other_below,
        wilson_high(both_right + only_other, n) - other_accuracy AS other_above,
        coalesce(
            CASE WHEN product > 0 THEN greatest(product - n / 2, 0e0) ELSE product END
                / nullif(sqrt(accuracy * (1 - accuracy) * other_accuracy * (1 - other_accuracy)) * n * n, 0e0),
            0e0
        ) AS phi
    FROM (
        SELECT
            *,
            CAST(both_right AS DOUBLE) * neither - CAST(only_this AS DOUBLE) * only_other AS product,
            (both_right + only_this) / n AS accuracy,
            (both_right + only_other) / n AS other_accuracy
        FROM (
            SELECT *, n - both_right - only_this - only_other AS neither
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
        ) AS summed
    ) AS measured
) AS bounded
