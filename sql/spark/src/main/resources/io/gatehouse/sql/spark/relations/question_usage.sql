SELECT
    run_id,
    question_id,
    layer,
    expert,
    ${phase} AS phase,
    is_last_prompt,
    n,
    weight / ${weight}D AS weight_sum
FROM usage
