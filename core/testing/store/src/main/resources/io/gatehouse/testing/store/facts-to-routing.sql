-- The routing tables of a file from the facts, and no rollups yet.
DELETE FROM decisions;
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

-- What follows the prompt of a question with a text is generated.
CREATE OR REPLACE TEMPORARY VIEW facts_of_phases AS
SELECT f.*, coalesce(f."position" >= t.prompt_tokens, false) AS is_generated
FROM facts AS f
LEFT JOIN (
    SELECT run_id, question_id, prompt_tokens
    FROM answers
    SEMI JOIN generations USING (run_id, question_id)
) AS t ON t.run_id = f.run_id AND t.question_id = f.question_id
ORDER BY f.rowid;

INSERT INTO decisions BY NAME
SELECT
    run_id,
    question_id,
    "position",
    layer,
    is_generated,
    is_last_prompt,
    ${ranks ,: experts[#] AS expert_#},
    ${ranks ,: CAST(round(weights[#] * 65536) AS INTEGER) AS weight_#},
    CAST(round(entropy * 1024) AS SMALLINT) AS entropy,
    CAST(round((mass - list_sum(weights)) * 1024) AS SMALLINT) AS spare_mass,
    CAST(round(margin * 1048576) AS INTEGER) AS margin
FROM facts_of_phases;

INSERT INTO usage BY NAME
SELECT
    run_id,
    question_id,
    layer,
    is_generated,
    is_last_prompt,
    expert,
    CAST(count(*) AS INTEGER) AS n,
    CAST(sum(weight) AS BIGINT) AS weight
FROM (
    SELECT
        run_id,
        question_id,
        layer,
        is_generated,
        is_last_prompt,
        unnest(experts) AS expert,
        unnest(list_transform(weights, lambda w: CAST(round(w * 65536) AS INTEGER))) AS weight
    FROM facts_of_phases
)
GROUP BY ALL
ORDER BY run_id, layer, question_id, is_last_prompt DESC, is_generated, expert;
