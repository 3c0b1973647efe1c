-- The trace of granite-3.0-1b-a400m-instruct of the folder reference/traces/granite ($file) as a run: 24 layers of 32 experts,
-- 8 of them chosen; three prompts, each of a subject of its own, and 64 tokens that the model sampled after each.
INSERT INTO runs BY NAME
SELECT 1 AS run_id, 'granite' AS name, 'granite-3.0-1b-a400m-instruct' AS model, 'g' AS fingerprint,
    'GraniteMoeForCausalLM' AS architecture, 24 AS layers, 32 AS experts, 8 AS top_k, 'prompts' AS task,
    'raw' AS prompt_format, 0 AS shots, 'prompt' AS scope, 'exact' AS precision_plan, 'cpu' AS device, 'complete' AS status,
    3 AS questions, TIMESTAMP '2026-01-01 00:00:00' AS started_at, '0' AS gatehouse_version;

INSERT INTO layers BY NAME
SELECT 1 AS run_id, CAST(unnest(range(24)) AS SMALLINT) AS layer, 'moe' AS kind, 32 AS experts, 8 AS top_k;

CREATE TEMP TABLE trace AS
SELECT
    row_number() OVER () AS question_id,
    key AS subject,
    CAST(value->'$.prefill' AS SMALLINT[][][]) AS prefill,
    CAST(value->'$.decode' AS SMALLINT[][][]) AS decode
FROM (
    SELECT entry.key AS key, entry.value AS value
    FROM (
        SELECT unnest(map_entries(CAST(prompts AS MAP(VARCHAR, JSON)))) AS entry
        FROM read_json('$file', columns = {prompts: 'JSON'})
    )
);

INSERT INTO questions BY NAME
SELECT question_id, 'prompts' AS task, subject, 1 AS ordinal, subject AS question, ['a', 'b'] AS choices, 'A' AS answer
FROM trace;

INSERT INTO answers BY NAME
SELECT 1 AS run_id, question_id, NULL AS predicted, false AS correct, len(prefill) AS prompt_tokens FROM trace;

INSERT INTO routing BY NAME
SELECT
    1 AS run_id,
    question_id,
    "position",
    CAST(layer - 1 AS SMALLINT) AS layer,
    "position" >= prompt AS is_generated,
    "position" = prompt - 1 AS is_last_prompt,
    layers[layer] AS experts
FROM (
    SELECT question_id, prompt, i - 1 AS "position", tokens[i] AS layers, unnest(range(1, 25)) AS layer
    FROM (
        SELECT question_id, len(prefill) AS prompt, prefill || decode AS tokens, unnest(range(1, len(prefill) + len(decode) + 1)) AS i
        FROM trace
    )
);

INSERT INTO usage BY NAME
SELECT run_id, question_id, layer, is_generated, is_last_prompt, expert, CAST(count(*) AS INTEGER) AS n
FROM (SELECT *, unnest(experts) AS expert FROM routing)
GROUP BY ALL;

INSERT INTO experts BY NAME
SELECT 1 AS run_id, 'generated' AS scope, l.layer, CAST(e.expert AS SMALLINT) AS expert, coalesce(u.n, 0) AS activations
FROM layers AS l
CROSS JOIN range(32) AS e(expert)
LEFT JOIN (
    SELECT layer, expert, CAST(sum(n) AS BIGINT) AS n FROM usage WHERE is_generated GROUP BY layer, expert
) AS u ON u.layer = l.layer AND u.expert = e.expert;
