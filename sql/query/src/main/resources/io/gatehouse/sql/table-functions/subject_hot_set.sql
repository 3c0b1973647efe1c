-- One row per layer, subject and other subject: how much of the routing of the other subject a fixed set of experts serves
-- that was chosen on the first.
--
-- Title: Static hot set by subject
-- Definition: as in hot_set, with the set chosen on one subject and scored on another: whether one set can serve both, or
--   each needs its own. On the subject itself the set is chosen on one half of its questions and scored on the other half,
--   and the other way round, so that no figure is of questions that the set was chosen on. Subjects of one question have no
--   row with themselves. Chosen on half as many questions, the set of the subject itself can be the worse one where
--   questions are few.
-- Formula: capture = activations of the other subject in H / all of its activations, H the resident experts with the most
--   tokens of the subject, ties to the lower number; oracle = the same with H chosen on the questions it is scored on;
--   uniform = resident / experts; gain_share = (capture - uniform) / (oracle - uniform).
-- Source: exllamav3 pull request 315 and its profiles, which merge subjects where the capture is not lower for it.
-- Version: 1
-- Example: SELECT subject, other_subject, avg(capture) AS capture, avg(gain_share) AS gain_share
--   FROM subject_hot_set(1, 'prompt', 4)
--   GROUP BY ALL
--   ORDER BY ALL
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated
--   resident INTEGER from 0: Number of experts of each layer to keep
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   subject VARCHAR: Subject that the set is chosen on
--   other_subject VARCHAR: Subject that it is scored on
--   n BIGINT: Number of questions of the other subject
--   resident INTEGER: Number of experts that are kept, no more than the layer has
--   capture DOUBLE: Share of the activations of the other subject that the set serves, 0 to 1
--   oracle DOUBLE: The same of a set chosen on the questions that it is scored on
--   uniform DOUBLE: resident / experts: the same of a set at random
--   gain_share DOUBLE NULL: Share of what can be gained over a set at random that the set gains; NULL if nothing can be gained
WITH halved AS (
    SELECT
        u.question_id,
        q.subject,
        (row_number() OVER (PARTITION BY q.subject ORDER BY md5(CAST(u.question_id AS VARCHAR)), u.question_id) - 1) % 2
            AS half
    FROM (
        SELECT DISTINCT p.question_id
        FROM question_usage AS p
        JOIN scopes AS v ON v.phase = p.phase AND v.is_last_prompt = p.is_last_prompt
        WHERE p.run_id = $run AND v.scope = $scope
    ) AS u
    JOIN questions AS q ON q.question_id = u.question_id
),
-- A set is chosen on a part and scored on a part: 0 and 1 are the halves of a subject, 2 is all of it.
loads AS (
    SELECT
        e.layer,
        e.expert,
        s.subject,
        s.part,
        count(*) OVER (PARTITION BY e.layer, s.subject, s.part) AS experts,
        coalesce(u.n, 0) AS n,
        row_number() OVER (PARTITION BY e.layer, s.subject, s.part ORDER BY coalesce(u.n, 0) DESC, e.expert) AS place
    FROM (SELECT DISTINCT layer, expert FROM experts WHERE run_id = $run) AS e
    CROSS JOIN (
        SELECT subject, half AS part FROM halved GROUP BY subject, half
        UNION ALL
        SELECT subject, 2 AS part FROM halved GROUP BY subject
    ) AS s
    LEFT JOIN (
        SELECT p.layer, p.expert, q.subject, m.part, CAST(sum(p.n) AS BIGINT) AS n
        FROM question_usage AS p
        JOIN scopes AS v ON v.phase = p.phase AND v.is_last_prompt = p.is_last_prompt
        JOIN runs AS r ON r.run_id = p.run_id
        JOIN halved AS q ON q.question_id = p.question_id
        JOIN (VALUES (0), (1), (2)) AS m(part) ON m.part = q.half OR m.part = 2
        WHERE p.run_id = $run AND v.scope = $scope AND (v.scope <> 'prompt' OR r.recorded = 'prompt')
        GROUP BY p.layer, p.expert, q.subject, m.part
    ) AS u ON u.layer = e.layer AND u.expert = e.expert AND u.subject = s.subject AND u.part = s.part
)
SELECT
    c.layer,
    c.subject,
    c.other_subject,
    q.n,
    CAST(least($resident, c.experts) AS INTEGER) AS resident,
    c.capture,
    c.oracle,
    least($resident, c.experts) / c.experts AS uniform,
    (c.capture - least($resident, c.experts) / c.experts) / nullif(c.oracle - least($resident, c.experts) / c.experts, 0)
        AS gain_share
FROM (
    SELECT
        a.layer,
        a.subject,
        b.subject AS other_subject,
        a.experts,
        coalesce(sum(b.n) FILTER (WHERE a.place <= $resident), 0) / sum(b.n) AS capture,
        coalesce(sum(b.n) FILTER (WHERE b.place <= $resident), 0) / sum(b.n) AS oracle
    FROM loads AS a
    JOIN loads AS b
        ON b.layer = a.layer AND b.expert = a.expert
            AND ((b.subject = a.subject AND a.part < 2 AND b.part = 1 - a.part)
                OR (b.subject <> a.subject AND a.part = 2 AND b.part = 2))
    GROUP BY a.layer, a.subject, b.subject, a.experts
    HAVING sum(b.n) > 0
) AS c
JOIN (SELECT subject, count(*) AS n FROM halved GROUP BY subject) AS q ON q.subject = c.other_subject
