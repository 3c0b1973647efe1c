INSERT INTO routing BY NAME
SELECT
    CAST(? AS INTEGER) AS run_id,
    question_id,
    "position",
    layer,
    is_last_prompt,
    experts,
    weights,
    entropy,
    spare_mass,
    margin
FROM routing_feed
