-- What a run holds in a form that does not depend on how it came there: number of answers and of routing rows, and the
-- sum of the MD5 of each row of answers, generated texts (without their time), tokens, routing, gates, norms and counts.
-- Questions go by subject and ordinal, since their ids differ from file to file.
WITH rows AS (
    SELECT 'answer' AS kind, concat_ws('|', q.subject, q.ordinal, a.sample, a.predicted, a.correct, a.log_probabilities, a.top_token_id, a.prompt_tokens) AS row
    FROM answers AS a
    JOIN questions AS q ON q.question_id = a.question_id
    WHERE a.run_id = $1
    UNION ALL
    SELECT
        'generation',
        concat_ws(
            '|', q.subject, q.ordinal, g.sample, g.tokens, g.finish_reason, coalesce(g.extracted, ''), g.correct, g.text
        )
    FROM generations AS g
    JOIN questions AS q ON q.question_id = g.question_id
    WHERE g.run_id = $1
    UNION ALL
    SELECT
        'token',
        concat_ws(
            '|', q.subject, q.ordinal, t.sample, t."position", t.phase, t.is_last_prompt, coalesce(t.segment, ''),
            t.token_id, t.token, t.log_probability
        )
    FROM tokens AS t
    JOIN questions AS q ON q.question_id = t.question_id
    WHERE t.run_id = $1
    UNION ALL
    SELECT
        'routing',
        concat_ws(
            '|', q.subject, q.ordinal, r.layer, r."position", r.is_generated, r.is_last_prompt, r.experts, r.weights,
            r.entropy, r.spare_mass, r.margin, r.scores,
            CASE WHEN NOT r.ranked THEN 'unranked' END
        )
    FROM routing AS r
    JOIN questions AS q ON q.question_id = r.question_id
    WHERE r.run_id = $1
    UNION ALL
    SELECT 'gate', concat_ws('|', q.subject, q.ordinal, g.layer, g."position", g.gates)
    FROM gates AS g
    JOIN questions AS q ON q.question_id = g.question_id
    WHERE g.run_id = $1
    UNION ALL
    SELECT 'norms', concat_ws('|', q.subject, q.ordinal, n.layer, n."position", n.norms)
    FROM expert_norms AS n
    JOIN questions AS q ON q.question_id = n.question_id
    WHERE n.run_id = $1
    UNION ALL
    SELECT
        'lookahead',
        concat_ws('|', q.subject, q.ordinal, r.layer, r."position", r.lookahead_1, coalesce(r.lookahead_2, []))
    FROM routing AS r
    JOIN questions AS q ON q.question_id = r.question_id
    WHERE r.run_id = $1 AND (r.lookahead_1 IS NOT NULL OR r.lookahead_2 IS NOT NULL)
    UNION ALL
    SELECT 'count', concat_ws('|', subject, layer, expert, n)
    FROM expert_counts
    WHERE run_id = $1
)
SELECT
    count_if(kind = 'answer') AS answers,
    count_if(kind = 'routing') AS routing_rows,
    sum(CAST(md5_number_lower(kind || row) AS HUGEINT)) AS digests
FROM rows
