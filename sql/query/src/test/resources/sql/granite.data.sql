-- The trace of granite-3.0-1b-a400m-instruct of the folder reference/traces/granite ($file): 24 layers of 32 experts, 8 of them
-- chosen; three prompts, each of a subject of its own, and 64 tokens that the model sampled after each. Run 1 is of all
-- prompts, and each prompt is a run of its own, 2 of prose, 3 of code and 4 of mathematics; 5, 6 and 7 are of the other two.
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

CREATE TEMP TABLE parts AS
SELECT 1 AS run_id, 'granite' AS name, question_id FROM trace
UNION ALL
SELECT 1 + question_id, subject, question_id FROM trace
UNION ALL
SELECT 4 + t.question_id, 'without ' || t.subject, other.question_id
FROM trace AS t
JOIN trace AS other ON other.question_id <> t.question_id;

INSERT INTO runs BY NAME
SELECT run_id, name, 'granite-3.0-1b-a400m-instruct' AS model, 'g' AS fingerprint,
    'GraniteMoeForCausalLM' AS architecture, 24 AS layers, 32 AS experts, 8 AS top_k, 'prompts' AS quiz,
    'raw' AS prompt_format, 0 AS shots, 'prompt' AS recorded, 'exact' AS precision, 'cpu' AS device, 'complete' AS status,
    count(*) AS questions, TIMESTAMP '2026-01-01 00:00:00' AS started_at, '0' AS gatehouse_version
FROM parts
GROUP BY run_id, name;

INSERT INTO layers BY NAME
SELECT run_id, CAST(unnest(range(24)) AS SMALLINT) AS layer, 'moe' AS kind, 32 AS experts, 8 AS top_k FROM runs;

INSERT INTO questions BY NAME
SELECT question_id, 'prompts' AS quiz, subject, 1 AS ordinal, subject AS question, ['a', 'b'] AS choices, 'A' AS answer
FROM trace;

INSERT INTO answers BY NAME
SELECT p.run_id, p.question_id, NULL AS predicted, false AS correct, len(t.prefill) AS prompt_tokens
FROM parts AS p
JOIN trace AS t ON t.question_id = p.question_id;

INSERT INTO decisions BY NAME
SELECT
    p.run_id,
    t.question_id,
    t."position",
    CAST(t.layer - 1 AS SMALLINT) AS layer,
    t."position" >= t.prompt AS is_generated,
    t."position" = t.prompt - 1 AS is_last_prompt,
    ${ranks ,: t.layers[t.layer][#] AS expert_#}
FROM (
    SELECT question_id, prompt, i - 1 AS "position", tokens[i] AS layers, unnest(range(1, 25)) AS layer
    FROM (
        SELECT question_id, len(prefill) AS prompt, prefill || decode AS tokens, unnest(range(1, len(prefill) + len(decode) + 1)) AS i
        FROM trace
    )
) AS t
JOIN parts AS p ON p.question_id = t.question_id;

INSERT INTO usage BY NAME
SELECT run_id, question_id, layer, is_generated, is_last_prompt, expert, CAST(count(*) AS INTEGER) AS n
FROM (SELECT *, unnest(experts) AS expert FROM routing)
GROUP BY ALL;
