SELECT
    subject,
    layer,
    expert,
    phase,
    is_last_prompt,
    sum(n) AS n,
    sum(weight_sum) AS weight_sum,
    sum(weight_square_sum) AS weight_square_sum,
    min(weight_min) AS weight_min,
    max(weight_max) AS weight_max
FROM parts
GROUP BY subject, layer, expert, phase, is_last_prompt
