-- A trace of the folder reference/traces/bigmoe ($file) as a run: layers of 128 experts, $k of them chosen; one prompt, and the
-- tokens that the model sampled after it. Positions of the prompt that the last layer does not route have no decision there.
CREATE TEMP TABLE trace AS
SELECT
    phase = 1 AS is_generated,
    CAST(step AS INTEGER) AS "position",
    CAST(layer AS SMALLINT) AS layer,
    list(CAST(expert AS SMALLINT) ORDER BY slot) AS experts,
    list(CAST(round(weight * 65536) AS INTEGER) ORDER BY slot) AS weights
FROM read_csv('$file', comment = '#', header = true)
GROUP BY ALL;

INSERT INTO runs BY NAME
SELECT 1 AS run_id, 'phone' AS name, 'm' AS model, 'f' AS fingerprint, 'a' AS architecture, max(layer) + 1 AS layers,
    128 AS experts, $k AS top_k, 'prompt' AS quiz, 'raw' AS prompt_format, 0 AS shots, 'prompt' AS recorded,
    'exact' AS precision, 'phone' AS device, 'complete' AS status, 1 AS questions,
    TIMESTAMP '2026-01-01 00:00:00' AS started_at, '0' AS gatehouse_version
FROM trace;

INSERT INTO layers BY NAME
SELECT 1 AS run_id, layer, 'moe' AS kind, 128 AS experts, $k AS top_k, max(expert_bytes) AS expert_bytes
FROM read_csv('$file', comment = '#', header = true)
GROUP BY layer;

INSERT INTO questions BY NAME
SELECT 1 AS question_id, 'prompt' AS quiz, 's' AS subject, 1 AS ordinal, 'q' AS question, ['a', 'b'] AS choices, 'A' AS answer;

INSERT INTO decisions BY NAME
SELECT
    1 AS run_id,
    1 AS question_id,
    "position",
    layer,
    is_generated,
    NOT is_generated AND "position" = max("position") FILTER (WHERE NOT is_generated) OVER () AS is_last_prompt,
    ${ranks ,: experts[#] AS expert_#},
    ${ranks ,: weights[#] AS weight_#}
FROM trace;
