-- The experts of an imported run, from its rollups or its counts; the whole grid, those that never fired included.
INSERT INTO experts
WITH grid AS (
    SELECT
        m.run_id,
        m.layer,
        l.weighed,
        l.prompted,
        l.answering,
        l.generated,
        r.recorded,
        CAST(unnest(range(0, m.experts)) AS SMALLINT) AS expert
    FROM layers AS m
    JOIN runs AS r ON r.run_id = m.run_id
    JOIN (
        SELECT
            run_id,
            layer,
            bool_or(weight_sum IS NOT NULL) AS weighed,
            bool_or(phase = 'prompt') AS prompted,
            bool_or(is_last_prompt) AS answering,
            bool_or(phase = 'generated') AS generated
        FROM layer_usage
        GROUP BY run_id, layer
        UNION ALL
        SELECT DISTINCT run_id, layer, false, true, false, false FROM expert_counts
    ) AS l ON l.run_id = m.run_id AND l.layer = m.layer
),
scoped AS (
    SELECT run_id, layer, expert, weighed, 'last_prompt' AS scope FROM grid WHERE answering
    UNION ALL
    SELECT run_id, layer, expert, weighed, 'prompt' AS scope FROM grid WHERE prompted AND recorded = 'prompt'
    UNION ALL
    SELECT run_id, layer, expert, weighed, 'generated' AS scope FROM grid WHERE generated
),
usage AS (
    SELECT f.run_id, f.layer, f.expert, s.scope, sum(f.n) AS n, sum(f.weight_sum) AS weight_sum
    FROM (
        SELECT run_id, layer, expert, phase, is_last_prompt, n, weight_sum FROM layer_usage
        UNION ALL
        SELECT run_id, layer, expert, 'prompt' AS phase, false AS is_last_prompt, n, NULL AS weight_sum
        FROM expert_counts
    ) AS f
    JOIN scopes AS s ON s.phase = f.phase AND s.is_last_prompt = f.is_last_prompt
    GROUP BY ALL
)
SELECT
    s.run_id,
    s.scope,
    s.layer,
    s.expert,
    CAST(coalesce(u.n, 0) AS BIGINT) AS activations,
    CASE WHEN s.weighed THEN coalesce(u.weight_sum, 0.0) END AS weight_sum
FROM scoped AS s
LEFT JOIN usage AS u
    ON u.run_id = s.run_id AND u.layer = s.layer AND u.expert = s.expert AND u.scope = s.scope
WHERE s.run_id = $1
ORDER BY ALL
