-- One row per run, scope, layer and expert, also for experts that never fired: how often the model was right when the
-- expert fired.
--
-- Definition: a question counts once for an expert if the expert fired at one or more of its tokens of the scope. Scope
--   last_prompt looks at the last prompt token of each question only; scope prompt at every prompt token, the last one
--   included, and exists for runs that recorded them. This is what was observed: an expert that is used for easy
--   questions has a high accuracy and need not be the cause of it.
-- Formula: accuracy = correct / n. Wilson's score interval at 95 %, z = 1.959963984540054 (z^2 = 3.841458820694124):
--   (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n). lift = accuracy - accuracy of the run.
-- Source: Chernov 2025, arXiv 2502.17187, finding 3; Wilson 1927, JASA 22(158).
-- Version: 1
--
-- Columns:
--   run_id: The run
--   scope: Tokens that count: last_prompt (the last of each prompt) or prompt (all of them)
--   layer: Layer of the model, from 0
--   expert: Expert of that layer, from 0
--   n: Number of questions in which the expert fired
--   correct: Number of those that the model answered rightly
--   accuracy: correct / n, 0 to 1; NULL if the expert never fired
--   wilson_low: Lower end of the 95 % interval of accuracy; NULL if the expert never fired
--   wilson_high: Upper end of the 95 % interval of accuracy; NULL if the expert never fired
--   lift: accuracy minus the accuracy of the whole run; NULL if the expert never fired
SELECT
    run_id,
    scope,
    layer,
    expert,
    n,
    correct,
    accuracy,
    CASE WHEN n > 0 THEN least(accuracy, greatest(0e0, centre - margin)) END AS wilson_low,
    CASE WHEN n > 0 THEN greatest(accuracy, least(1e0, centre + margin)) END AS wilson_high,
    accuracy - run_accuracy AS lift
FROM (
    SELECT
        run_id,
        scope,
        layer,
        expert,
        n,
        correct,
        accuracy,
        run_accuracy,
        (accuracy + 3.841458820694124e0 / (2 * n)) / (1 + 3.841458820694124e0 / n) AS centre,
        1.959963984540054e0 * sqrt(accuracy * (1 - accuracy) / n + 3.841458820694124e0 / (4 * n * n))
            / (1 + 3.841458820694124e0 / n) AS margin
    FROM (
        SELECT
            e.run_id,
            e.scope,
            e.layer,
            e.expert,
            coalesce(f.n, 0) AS n,
            coalesce(f.correct, 0) AS correct,
            f.correct / f.n AS accuracy,
            r.accuracy AS run_accuracy
        FROM experts AS e
        LEFT JOIN (
            SELECT
                q.run_id,
                q.scope,
                q.layer,
                q.expert,
                count(*) AS n,
                count(*) FILTER (WHERE a.correct) AS correct
            FROM (
                SELECT run_id, scope, layer, expert, question_id
                FROM question_usage
                UNION ALL
                SELECT l.run_id, 'prompt' AS scope, l.layer, l.expert, l.question_id
                FROM question_usage AS l
                WHERE l.scope = 'last_prompt' AND NOT EXISTS (
                    SELECT 1
                    FROM question_usage AS p
                    WHERE p.run_id = l.run_id AND p.question_id = l.question_id AND p.layer = l.layer
                        AND p.expert = l.expert AND p.scope = 'prompt'
                )
            ) AS q
            JOIN answers AS a ON a.run_id = q.run_id AND a.question_id = q.question_id
            GROUP BY q.run_id, q.scope, q.layer, q.expert
        ) AS f ON f.run_id = e.run_id AND f.scope = e.scope AND f.layer = e.layer AND f.expert = e.expert
        JOIN (
            SELECT run_id, count(*) FILTER (WHERE correct) / count(*) AS accuracy
            FROM answers
            GROUP BY run_id
        ) AS r ON r.run_id = e.run_id
    ) AS counted
) AS estimated
