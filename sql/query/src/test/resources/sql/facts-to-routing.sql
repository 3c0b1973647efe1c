-- The routing tables and rollups of a file, from the facts.
DELETE FROM routing;
DELETE FROM usage;
DELETE FROM subject_usage;
DELETE FROM layer_usage;
DELETE FROM outcome_usage;
DELETE FROM layer_entropy;
DELETE FROM experts;

-- Where the test says nothing of the layers of a run, all are of the same experts.
INSERT INTO layers BY NAME
SELECT run_id, CAST(unnest(range(layers)) AS SMALLINT) AS layer, 'moe' AS kind, experts, top_k
FROM runs
WHERE run_id NOT IN (SELECT run_id FROM layers);

INSERT INTO routing BY NAME
SELECT
    run_id,
    question_id,
    "position",
    layer,
    is_last_prompt,
    experts,
    list_transform(weights, lambda w: CAST(round(w * 65536) AS INTEGER)) AS weights,
    CAST(round(entropy * 1024) AS SMALLINT) AS entropy,
    CAST(round((mass - list_sum(weights)) * 1024) AS SMALLINT) AS spare_mass,
    CAST(round(margin * 1048576) AS INTEGER) AS margin
FROM facts;

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
)
GROUP BY ALL
ORDER BY run_id, layer, question_id, is_last_prompt DESC, expert;

INSERT INTO subject_usage BY NAME
SELECT
    a.run_id,
    q.subject,
    a.layer,
    a.expert,
    a.phase,
    a.is_last_prompt,
    count(*) AS n,
    sum(CAST(a.weight AS DOUBLE)) AS weight_sum,
    sum(CAST(a.weight AS DOUBLE) * a.weight) AS weight_square_sum,
    min(a.weight) AS weight_min,
    max(a.weight) AS weight_max
FROM activations AS a
JOIN questions AS q ON q.question_id = a.question_id
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
GROUP BY ALL
ORDER BY ALL;

INSERT INTO outcome_usage BY NAME
SELECT
    a.run_id,
    q.answer,
    w.correct,
    a.layer,
    a.expert,
    a.phase,
    a.is_last_prompt,
    count(*) AS n,
    sum(CAST(a.weight AS DOUBLE)) AS weight_sum
FROM activations AS a
JOIN questions AS q ON q.question_id = a.question_id
LEFT JOIN answers AS w ON w.run_id = a.run_id AND w.question_id = a.question_id
GROUP BY ALL
ORDER BY ALL;

INSERT INTO layer_entropy BY NAME
SELECT
    t.run_id,
    t.layer,
    t.phase,
    t.is_last_prompt,
    count(*) AS n,
    sum(CAST(t.entropy AS DOUBLE)) AS entropy_sum,
    sum(CAST(o.top_k_entropy AS DOUBLE)) AS top_k_entropy_sum,
    sum(CAST(t.mass AS DOUBLE)) AS mass_sum,
    sum(CAST(t.margin AS DOUBLE)) AS margin_sum
FROM token_routing AS t
JOIN facts AS o
    ON o.run_id = t.run_id AND o.question_id = t.question_id AND o."position" = t."position" AND o.layer = t.layer
GROUP BY ALL
ORDER BY ALL;
