-- The routing of DeepSeek-V2-Lite on ESFT's translation task, of the folder reference/traces/esft ($folder), as facts: 40
-- sequences, layers 1 to 26 of 64 experts, 6 of them chosen. A line of a file is a sequence: the experts of its tokens, two
-- tabs, their weights.
INSERT INTO runs BY NAME
SELECT 1 AS run_id, 'esft' AS name, 'DeepSeek-V2-Lite' AS model, 'd' AS fingerprint, 'DeepseekV2ForCausalLM' AS architecture,
    27 AS layers, 64 AS experts, 6 AS top_k, 'esft' AS quiz, 'raw' AS prompt_format, 0 AS shots, 'prompt' AS recorded,
    'exact' AS precision, 'cpu' AS device, 'complete' AS status, 40 AS questions,
    TIMESTAMP '2026-01-01 00:00:00' AS started_at, '0' AS gatehouse_version;

CREATE TEMP TABLE trace AS
SELECT
    CAST(regexp_extract(filename, '_(\d+)\.txt', 1) AS SMALLINT) AS layer,
    row_number() OVER (PARTITION BY filename ORDER BY place) AS question_id,
    CAST(string_split(split_part(line, chr(9) || chr(9), 1), chr(9)) AS SMALLINT[]) AS experts,
    CAST(string_split(split_part(line, chr(9) || chr(9), 2), chr(9)) AS FLOAT[]) AS weights
FROM (
    SELECT *, row_number() OVER () AS place
    FROM read_csv('$folder/expert_weights_*.txt.gz', columns = {line: 'VARCHAR'}, delim = '|', quote = '', escape = '',
        header = false, filename = true, parallel = false)
);

INSERT INTO questions BY NAME
SELECT question_id, 'esft' AS quiz, 'translation' AS subject, question_id AS ordinal, 'q' AS question, ['a', 'b'] AS choices,
    'A' AS answer
FROM trace WHERE layer = 1;

INSERT INTO answers BY NAME
SELECT 1 AS run_id, question_id, NULL AS predicted, false AS correct, len(experts) // 6 AS prompt_tokens
FROM trace WHERE layer = 1;

INSERT INTO facts BY NAME
SELECT
    1 AS run_id,
    question_id,
    t AS "position",
    layer,
    t = len(experts) // 6 - 1 AS is_last_prompt,
    experts[6 * t + 1:6 * t + 6] AS experts,
    weights[6 * t + 1:6 * t + 6] AS weights,
    0 AS entropy,
    0 AS top_k_entropy,
    list_sum(weights[6 * t + 1:6 * t + 6]) AS mass,
    0 AS margin
FROM (SELECT *, unnest(range(len(experts) // 6)) AS t FROM trace);
