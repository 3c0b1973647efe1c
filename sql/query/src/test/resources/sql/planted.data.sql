-- 200 runs of 20 questions of 12 tokens, two layers, top-2 of 8 experts. In layer 0 the two experts are drawn evenly and
-- independently. In layer 1, too, but half of the tokens of subject s go to expert 0 first: a planted specialist. Run 1000 + r
-- has the decisions of run r, of which one in ten has another second expert: a planted mismatch.
INSERT INTO runs BY NAME
SELECT
    CAST(r AS INTEGER) AS run_id, 'run ' || r AS name, 'm' AS model, 'f' AS fingerprint, 'a' AS architecture, 2 AS layers,
    8 AS experts, 2 AS top_k, 'quiz' AS quiz, 'hendrycks' AS prompt_format, 0 AS shots, 'prompt' AS recorded,
    'all' AS probabilities,
    'exact' AS precision, 'cpu' AS device, 'complete' AS status, 20 AS questions, TIMESTAMP '2026-01-01 00:00:00' AS started_at,
    '0' AS gatehouse_version
FROM (FROM range(1, 201) UNION ALL FROM range(1001, 1201)) AS numbers(r);

INSERT INTO questions BY NAME
SELECT
    CAST(q AS INTEGER) AS question_id, 'quiz' AS quiz, CASE WHEN q <= 10 THEN 's' ELSE 't' END AS subject,
    CAST(q AS INTEGER) AS ordinal, 'q' AS question, ['a', 'b'] AS choices, 'A' AS answer
FROM range(1, 21) AS r(q);

-- Whether an answer is correct has nothing to do with the routing.
INSERT INTO answers BY NAME
SELECT
    run_id, question_id, CASE WHEN correct THEN 'A' ELSE 'B' END AS predicted, correct, [-1, -2] AS log_probabilities,
    0 AS top_token_id, 'A' AS top_token, 12 AS prompt_tokens
FROM (SELECT run_id, question_id, hash(concat_ws(' ', run_id, question_id, 'correct')) % 2 = 0 AS correct FROM runs, questions);

CREATE TEMP TABLE drawn AS
SELECT
    run_id,
    question_id,
    "position",
    layer,
    first,
    (first + 1 + hash(concat_ws(' ', run_id, question_id, "position", layer, 'second')) % 7) % 8 AS second,
    hash(concat_ws(' ', run_id, question_id, "position", layer, 'mismatch')) % 10 = 0 AS mismatches
FROM (
    SELECT
        r.run_id,
        q.question_id,
        p."position",
        l.layer,
        CASE
            WHEN l.layer = 1 AND q.subject = 's'
                AND hash(concat_ws(' ', r.run_id, q.question_id, p."position", 'planted')) % 2 = 0
            THEN 0
            ELSE hash(concat_ws(' ', r.run_id, q.question_id, p."position", l.layer, 'first')) % 8
        END AS first
    FROM runs AS r, questions AS q, range(12) AS p("position"), range(2) AS l(layer)
    WHERE r.run_id <= 200
);

INSERT INTO facts BY NAME
SELECT
    run_id, question_id, "position", layer, "position" = 11 AS is_last_prompt, [first, second] AS experts,
    [0.5, 0.25] AS weights, 1 AS entropy, 0.5 AS top_k_entropy, 0.75 AS mass, 0.125 AS margin
FROM drawn
UNION ALL
SELECT
    run_id + 1000, question_id, "position", layer, "position" = 11,
    [first, CASE WHEN NOT mismatches THEN second WHEN (second + 1) % 8 <> first THEN (second + 1) % 8 ELSE (second + 2) % 8 END],
    [0.5, 0.25], 1, 0.5, 0.75, 0.125
FROM drawn
ORDER BY 1, 2, 3, 4;

-- The gate of the first expert is 0.3, that of the second 0.2, and the others share the rest, in units of 2^-22.
INSERT INTO gates
SELECT
    run_id, question_id, "position", layer,
    list_transform(range(8), lambda e: CASE e WHEN first THEN 1258292 WHEN second THEN 838860 ELSE 349525 END)
FROM drawn;
