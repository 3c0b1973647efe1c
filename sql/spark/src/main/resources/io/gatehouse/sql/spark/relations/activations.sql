SELECT
    run_id,
    question_id,
    `position`,
    layer,
    ${phase} AS phase,
    is_last_prompt,
    CASE WHEN ranked THEN CAST(place + 1 AS SMALLINT) END AS `rank`,
    expert,
    CAST(CAST(weights[place] AS FLOAT) / CAST(${weight} AS FLOAT) AS FLOAT) AS weight
FROM routing
LATERAL VIEW posexplode(experts) AS place, expert
