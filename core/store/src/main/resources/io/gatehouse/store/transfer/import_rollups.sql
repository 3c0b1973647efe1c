-- The rollups of an imported run, from its facts: it is small, and there is one shard of it.
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
ORDER BY ALL;

INSERT INTO subject_usage BY NAME
SELECT
    f.run_id,
    q.subject,
    f.layer,
    f.expert,
    'prompt' AS phase,
    f.is_last_prompt,
    count(*) AS n,
    sum(f.weight) / 65536.0 AS weight_sum,
    sum(f.weight * f.weight) / 4294967296.0 AS weight_square_sum,
    CAST(min(f.weight) / 65536.0 AS FLOAT) AS weight_min,
    CAST(max(f.weight) / 65536.0 AS FLOAT) AS weight_max
FROM (
    SELECT
        run_id,
        question_id,
        layer,
        is_last_prompt,
        unnest(experts) AS expert,
        CAST(unnest(weights) AS BIGINT) AS weight
    FROM routing
    WHERE run_id = $1
) AS f
JOIN questions AS q ON q.question_id = f.question_id
GROUP BY ALL
ORDER BY ALL;

INSERT INTO layer_usage BY NAME
SELECT
    run_id,
    layer,
    expert,
    phase,
    is_last_prompt,
    CAST(sum(n) AS BIGINT) AS n,
    sum(weight_sum) AS weight_sum,
    sum(weight_square_sum) AS weight_square_sum,
    min(weight_min) AS weight_min,
    max(weight_max) AS weight_max
FROM subject_usage
WHERE run_id = $1
GROUP BY ALL
ORDER BY ALL;

INSERT INTO outcome_usage BY NAME
SELECT
    u.run_id,
    q.answer,
    a.correct,
    u.layer,
    u.expert,
    'prompt' AS phase,
    u.is_last_prompt,
    CAST(sum(u.n) AS BIGINT) AS n,
    sum(u.weight) / 65536.0 AS weight_sum
FROM usage AS u
JOIN questions AS q ON q.question_id = u.question_id
LEFT JOIN answers AS a ON a.run_id = u.run_id AND a.question_id = u.question_id
WHERE u.run_id = $1
GROUP BY ALL
ORDER BY ALL;

INSERT INTO layer_entropy BY NAME
SELECT
    r.run_id,
    r.layer,
    t.phase,
    t.is_last_prompt,
    count(*) AS n,
    sum(r.entropy) / 1024.0 AS entropy_sum,
    sum(CAST(t.top_k_entropy AS DOUBLE)) AS top_k_entropy_sum,
    sum(list_sum(r.weights)) / 65536.0 + sum(r.spare_mass) / 1024.0 AS mass_sum,
    sum(r.margin) / 1048576.0 AS margin_sum
FROM routing AS r
JOIN token_routing AS t
    ON t.run_id = r.run_id AND t.question_id = r.question_id AND t.layer = r.layer AND t."position" = r."position"
WHERE r.run_id = $1
GROUP BY ALL
ORDER BY ALL
