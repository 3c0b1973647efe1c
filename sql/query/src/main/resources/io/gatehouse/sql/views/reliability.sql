-- One row per run of four or more questions, scope, layer and statistic of the experts: whether another half of the
-- questions would rank the experts the same.
--
-- Group: Specialisation
-- Order: 4
-- Title: Reliability of expert statistics
-- Definition: the questions are split at random into two halves, ten times, and each half ranks the experts by itself.
--   Whole questions are split, never tokens: tokens of one prompt are alike, so halves that share prompts agree too well.
--   load ranks the experts by their tokens, weight by the sum of their weights, subject ranks the pairs of an expert and
--   a subject by how much more often than over all subjects the expert fires there. A list that is not reliable says
--   more of the questions than of the experts. The same questions always give the same halves.
-- Formula: spearman = mean over the ten partitions of the rank correlation of the scores of the two halves, equal scores
--   sharing their mean rank; spearman_brown = 2 r / (1 + r), of all questions instead of half of them; jaccard = mean of
--   |A and B| / |A or B| of the m highest scores of each half, m = a quarter of the scores, at least one; chance_jaccard =
--   m / (2 scores - m). Score of subject s: N(e,s) / N(s) - N(e) / N.
-- Source: Spearman 1910 and Brown 1910, British Journal of Psychology 3; halves by question after colibri issue 119, whose
--   halves by row gave a Jaccard of .835.
-- Version: 1
-- Example: SELECT statistic, layer, spearman, spearman_brown, jaccard, chance_jaccard, scores, n
--   FROM reliability
--   WHERE run_id = 1 AND scope = 'last_prompt'
--   ORDER BY statistic, layer
-- Picture: lines x=layer y=spearman_brown by=statistic
--   SELECT statistic, layer, spearman_brown
--   FROM reliability
--   WHERE run_id = 1 AND scope = 'last_prompt'
--   ORDER BY statistic, layer
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (the tokens that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   statistic VARCHAR: load, weight or subject
--   n BIGINT: Number of questions
--   scores BIGINT: Number of scores of each half: experts, or pairs of an expert and a subject; of the partition with the fewest
--   spearman DOUBLE NULL: Rank correlation of the two halves, -1 to 1; NULL if all scores of a half are the same in every partition
--   spearman_brown DOUBLE NULL: That correlation for all questions; NULL where spearman is, or is negative
--   least_spearman DOUBLE NULL: The smallest correlation of the partitions; NULL where spearman is
--   jaccard DOUBLE: Agreement of the quarter of the scores that are highest, 0 to 1
--   chance_jaccard DOUBLE: About that agreement for two lists at random
WITH halves AS (
    SELECT run_id, question_id, partition_id, number, place <= floor(number / 2) AS is_first
    FROM (
        SELECT
            u.run_id,
            u.question_id,
            p.partition_id,
            count(*) OVER (PARTITION BY u.run_id, p.partition_id) AS number,
            row_number() OVER (
                PARTITION BY u.run_id, p.partition_id
                ORDER BY md5(CAST(p.partition_id AS VARCHAR) || ' ' || CAST(u.question_id AS VARCHAR)), u.question_id
            ) AS place
        FROM (SELECT DISTINCT run_id, question_id FROM question_usage) AS u
        CROSS JOIN (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)) AS p(partition_id)
    ) AS shuffled
    WHERE number >= 4
),
counted AS (
    SELECT
        run_id,
        scope,
        layer,
        subject,
        expert,
        partition_id,
        number,
        coalesce(CAST(sum(n) FILTER (WHERE is_first) AS DOUBLE), 0e0) AS n,
        coalesce(CAST(sum(n) FILTER (WHERE NOT is_first) AS DOUBLE), 0e0) AS other_n,
        CASE WHEN count(weight_sum) > 0 THEN coalesce(sum(weight_sum) FILTER (WHERE is_first), 0e0) END AS weight,
        CASE WHEN count(weight_sum) > 0 THEN coalesce(sum(weight_sum) FILTER (WHERE NOT is_first), 0e0) END AS other_weight
    FROM (
        SELECT
            u.run_id,
            v.scope,
            u.layer,
            q.subject,
            u.expert,
            h.partition_id,
            h.number,
            h.is_first,
            u.n,
            u.weight_sum
        FROM question_usage AS u
        JOIN scopes AS v ON v.phase = u.phase AND v.is_last_prompt = u.is_last_prompt
        JOIN runs AS r ON r.run_id = u.run_id
        JOIN questions AS q ON q.question_id = u.question_id
        JOIN halves AS h ON h.run_id = u.run_id AND h.question_id = u.question_id
        WHERE v.scope <> 'prompt' OR r.recorded = 'prompt'
        UNION ALL
        -- Nothing, so that each expert has a row of each subject.
        SELECT
            e.run_id,
            e.scope,
            e.layer,
            s.subject,
            e.expert,
            s.partition_id,
            s.number,
            true AS is_first,
            0 AS n,
            CAST(NULL AS DOUBLE) AS weight_sum
        FROM experts AS e
        JOIN (
            SELECT DISTINCT h.run_id, q.subject, h.partition_id, h.number
            FROM halves AS h
            JOIN questions AS q ON q.question_id = h.question_id
        ) AS s ON s.run_id = e.run_id
    ) AS halved
    GROUP BY run_id, scope, layer, subject, expert, partition_id, number
),
scored AS (
    SELECT
        c.run_id,
        c.scope,
        c.layer,
        s.statistic,
        c.partition_id,
        c.number,
        CAST(c.expert AS VARCHAR) || CASE s.statistic WHEN 'subject' THEN ' ' || c.subject ELSE '' END AS item,
        CASE s.statistic
            WHEN 'load' THEN c.expert_n
            WHEN 'weight' THEN c.expert_weight
            ELSE significant(c.n / c.subject_n - c.expert_n / c.tokens) END AS score,
        CASE s.statistic
            WHEN 'load' THEN c.other_expert_n
            WHEN 'weight' THEN c.other_expert_weight
            ELSE significant(c.other_n / c.other_subject_n - c.other_expert_n / c.other_tokens) END AS other_score
    FROM (
        SELECT
            *,
            sum(CASE WHEN subject_n > 0 AND other_subject_n > 0 THEN 1 ELSE 0 END)
                OVER (PARTITION BY run_id, scope, layer, partition_id, expert) AS subjects
        FROM (
            SELECT
                run_id,
                scope,
                layer,
                subject,
                expert,
                partition_id,
                number,
                n,
                other_n,
                row_number() OVER (PARTITION BY run_id, scope, layer, partition_id, expert ORDER BY subject) AS place,
                sum(n) OVER of_expert AS expert_n,
                sum(other_n) OVER of_expert AS other_expert_n,
                coalesce(sum(weight) OVER of_expert, 0e0) AS expert_weight,
                coalesce(sum(other_weight) OVER of_expert, 0e0) AS other_expert_weight,
                sum(n) OVER of_subject AS subject_n,
                sum(other_n) OVER of_subject AS other_subject_n,
                sum(n) OVER of_part AS tokens,
                sum(other_n) OVER of_part AS other_tokens,
                count(weight) OVER of_part AS weighed
            FROM counted
            WINDOW
                of_expert AS (PARTITION BY run_id, scope, layer, partition_id, expert),
                of_subject AS (PARTITION BY run_id, scope, layer, partition_id, subject),
                of_part AS (PARTITION BY run_id, scope, layer, partition_id)
        ) AS summed
    ) AS c
    JOIN (VALUES ('load'), ('weight'), ('subject')) AS s(statistic)
        ON CASE s.statistic
            WHEN 'load' THEN c.place = 1
            WHEN 'weight' THEN c.place = 1 AND c.weighed > 0
            ELSE c.subject_n > 0 AND c.other_subject_n > 0 AND c.subjects > 1 END
    WHERE c.tokens > 0 AND c.other_tokens > 0
)
SELECT
    run_id,
    scope,
    layer,
    statistic,
    number AS n,
    min(scores) AS scores,
    significant(avg(spearman)) AS spearman,
    CASE WHEN avg(spearman) >= 0 THEN significant(2 * avg(spearman) / (1 + avg(spearman))) END AS spearman_brown,
    significant(min(spearman)) AS least_spearman,
    significant(avg(common / (2 * listed - common))) AS jaccard,
    significant(avg(listed / (2 * scores - listed))) AS chance_jaccard
FROM (
    SELECT
        run_id,
        scope,
        layer,
        statistic,
        partition_id,
        number,
        count(*) AS scores,
        max(listed) AS listed,
        count(*) FILTER (WHERE place <= listed AND other_place <= listed) AS common,
        (count(*) * sum(tied * other_tied) - sum(tied) * sum(other_tied))
            / nullif(sqrt(
                (count(*) * sum(tied * tied) - sum(tied) * sum(tied))
                    * (count(*) * sum(other_tied * other_tied) - sum(other_tied) * sum(other_tied))
            ), 0) AS spearman
    FROM (
        SELECT
            *,
            greatest(floor(count(*) OVER (PARTITION BY run_id, scope, layer, statistic, partition_id) / 4), 1) AS listed,
            row_number() OVER (PARTITION BY run_id, scope, layer, statistic, partition_id ORDER BY score DESC, item)
                AS place,
            row_number() OVER (PARTITION BY run_id, scope, layer, statistic, partition_id ORDER BY other_score DESC, item)
                AS other_place,
            rank() OVER (PARTITION BY run_id, scope, layer, statistic, partition_id ORDER BY score)
                + (count(*) OVER (PARTITION BY run_id, scope, layer, statistic, partition_id, score) - 1) / 2e0 AS tied,
            rank() OVER (PARTITION BY run_id, scope, layer, statistic, partition_id ORDER BY other_score)
                + (count(*) OVER (PARTITION BY run_id, scope, layer, statistic, partition_id, other_score) - 1) / 2e0
                AS other_tied
        FROM scored
    ) AS ranked
    GROUP BY run_id, scope, layer, statistic, partition_id, number
) AS parted
GROUP BY run_id, scope, layer, statistic, number
