SELECT
    run_id,
    question_id,
    `position`,
    layer,
    ${phase} AS phase,
    is_last_prompt,
    experts,
    transform(weights, w -> CAST(CAST(w AS FLOAT) / CAST(${weight} AS FLOAT) AS FLOAT)) AS weights,
    scores,
    lookahead_1,
    lookahead_2,
    CAST(CAST(entropy AS FLOAT) / CAST(${entropy} AS FLOAT) AS FLOAT) AS entropy,
    CAST(CASE
        WHEN weights IS NULL THEN NULL
        WHEN weight > 0 THEN greatest(0D, ln(weight)
            - aggregate(weights, 0D, (s, w) -> s + CASE WHEN w > 0 THEN w * ln(w) ELSE 0D END) / weight)
        ELSE 0D
    END AS FLOAT) AS top_k_entropy,
    CAST(weight / ${weight}D + spare_mass / ${entropy}D AS FLOAT) AS mass,
    CAST(CAST(margin AS FLOAT) / CAST(${margin} AS FLOAT) AS FLOAT) AS margin
FROM (SELECT *, CAST(aggregate(weights, 0L, (s, w) -> s + w) AS DOUBLE) AS weight FROM routing)
