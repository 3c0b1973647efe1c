-- Run 4 is imported: of its tokens nothing is known but the experts, and of its answers not all.
INSERT INTO runs BY NAME
SELECT * REPLACE (
    4 AS run_id,
    'imported' AS name,
    'bb' AS fingerprint,
    'vllm' AS source,
    'last_prompt' AS recorded,
    'complete' AS status,
    '' AS interventions,
    TIMESTAMP '2026-03-06 00:00:00' AS started_at
)
FROM runs
WHERE run_id = 1;

INSERT INTO layers BY NAME
SELECT * REPLACE (4 AS run_id) FROM layers WHERE run_id = 1;

INSERT INTO answers BY NAME
SELECT * REPLACE (
    4 AS run_id,
    CASE WHEN question_id = 2 THEN predicted END AS predicted,
    NULL AS log_probabilities,
    NULL AS top_token_id,
    NULL AS top_token
)
FROM answers
WHERE run_id = 1 AND question_id < 8;

INSERT INTO tokens BY NAME
SELECT * REPLACE (4 AS run_id) FROM tokens WHERE run_id = 1 AND is_last_prompt;

INSERT INTO decisions BY NAME
SELECT * REPLACE (
    4 AS run_id,
    ${ranks ,: NULL AS weight_#},
    NULL AS entropy,
    NULL AS spare_mass,
    NULL AS margin,
    false AS ranked
)
FROM decisions
WHERE run_id = 1 AND is_last_prompt;
