INSERT INTO token_routing BY NAME
SELECT
    CAST(? AS INTEGER) AS run_id,
    question_id,
    "position",
    layer,
    CASE WHEN last THEN 'last_prompt' ELSE 'prompt' END AS scope,
    experts,
    weights,
    entropy,
    top_k_entropy,
    mass,
    margin
FROM routing_feed
