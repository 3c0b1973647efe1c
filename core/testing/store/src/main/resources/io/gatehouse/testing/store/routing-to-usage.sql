-- The usage of an imported run per question, from its routing.
INSERT INTO usage BY NAME
SELECT
    run_id,
    question_id,
    layer,
    is_last_prompt,
    expert,
    CAST(count(*) AS INTEGER) AS n,
    CAST(sum(weight) AS BIGINT) AS weight
FROM (
    SELECT run_id, question_id, layer, is_last_prompt, unnest(experts) AS expert, unnest(weights) AS weight
    FROM routing
    WHERE run_id = $1
)
GROUP BY ALL
ORDER BY ALL
