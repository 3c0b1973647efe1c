SELECT
    run_id,
    question_id,
    `position`,
    layer,
    transform(gates, p -> CAST(CAST(p AS FLOAT) / CAST(${probability} AS FLOAT) AS FLOAT)) AS probabilities
FROM gates
