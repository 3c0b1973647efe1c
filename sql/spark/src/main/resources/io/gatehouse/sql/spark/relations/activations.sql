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
FROM (
    SELECT
        *,
        concat(array(${ranks ,: expert_#}), coalesce(more_experts, array())) AS experts,
        concat(array(${ranks ,: weight_#}), coalesce(more_weights, array())) AS weights
    FROM routing
)
LATERAL VIEW posexplode(experts) AS place, expert
WHERE expert IS NOT NULL
