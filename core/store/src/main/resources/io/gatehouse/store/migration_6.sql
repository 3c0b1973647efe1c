-- From schema version 5 to 6: no keys where queries read while a run is written; schema.sql says why. DuckDB drops none,
-- so the tables are made anew.
UPDATE schema_version SET version = 6;

CREATE TABLE new_runs (
    run_id            INTEGER   NOT NULL,
    name              VARCHAR   NOT NULL,
    model             VARCHAR   NOT NULL,
    fingerprint       VARCHAR   NOT NULL,
    architecture      VARCHAR   NOT NULL,
    layers            INTEGER   NOT NULL,
    experts           INTEGER   NOT NULL,
    top_k             INTEGER   NOT NULL,
    task              VARCHAR   NOT NULL,
    prompt_format     VARCHAR   NOT NULL,
    shots             INTEGER   NOT NULL,
    scope             VARCHAR   NOT NULL CHECK (scope IN ('prompt', 'last_prompt')),
    precision_plan    VARCHAR   NOT NULL,
    device            VARCHAR   NOT NULL,
    status            VARCHAR   NOT NULL CHECK (status IN ('running', 'complete', 'cancelled', 'failed')),
    questions         INTEGER   NOT NULL,
    started_at        TIMESTAMP NOT NULL,
    finished_at       TIMESTAMP,
    gatehouse_version VARCHAR   NOT NULL,
    probabilities     VARCHAR   NOT NULL DEFAULT 'none',
    norms             BOOLEAN   NOT NULL DEFAULT false,
    interventions     VARCHAR   NOT NULL DEFAULT '',
    source            VARCHAR   NOT NULL DEFAULT 'gatehouse'
);
INSERT INTO new_runs BY NAME FROM runs;
DROP TABLE runs;
ALTER TABLE new_runs RENAME TO runs;
COMMENT ON TABLE runs IS 'One row per run: a model answering a quiz';
COMMENT ON COLUMN runs.run_id IS 'Number of the run in this file, from 1';
COMMENT ON COLUMN runs.name IS 'Name given to the run; unique in this file';
COMMENT ON COLUMN runs.model IS 'Name of the checkpoint directory';
COMMENT ON COLUMN runs.fingerprint IS 'SHA-256 of config.json, tokenizer.json, the headers and sizes of the weight files and samples of the weights, in hex';
COMMENT ON COLUMN runs.architecture IS 'Entry of "architectures" in config.json';
COMMENT ON COLUMN runs.layers IS 'Number of transformer layers';
COMMENT ON COLUMN runs.experts IS 'Number of experts of each mixture-of-experts layer';
COMMENT ON COLUMN runs.top_k IS 'Number of experts that each token is sent to';
COMMENT ON COLUMN runs.task IS 'Name of the quiz';
COMMENT ON COLUMN runs.prompt_format IS 'Prompt format, such as hendrycks';
COMMENT ON COLUMN runs.shots IS 'Number of solved examples before each question';
COMMENT ON COLUMN runs.scope IS 'Tokens whose routing was recorded: prompt (all of them) or last_prompt (the one that answers)';
COMMENT ON COLUMN runs.precision_plan IS 'Arithmetic of the engine: exact, balanced or fast';
COMMENT ON COLUMN runs.device IS 'Device that ran the model, such as cpu';
COMMENT ON COLUMN runs.status IS 'running, complete, cancelled or failed';
COMMENT ON COLUMN runs.questions IS 'Number of questions the run is to answer';
COMMENT ON COLUMN runs.started_at IS 'Start, UTC';
COMMENT ON COLUMN runs.finished_at IS 'End, UTC; NULL while the run is unfinished';
COMMENT ON COLUMN runs.gatehouse_version IS 'Version of Gatehouse that made the run';
COMMENT ON COLUMN runs.probabilities IS 'Tokens whose whole gate was recorded in router_probabilities: none, last_prompt or all';
COMMENT ON COLUMN runs.norms IS 'Whether the norms of the chosen experts'' outputs were recorded in expert_norms';
COMMENT ON COLUMN runs.interventions IS 'What was changed about the routing while the model ran; empty if nothing was';
COMMENT ON COLUMN runs.source IS 'gatehouse for runs of its own engine; else the kind of files that the run was imported from, such as vllm';

CREATE TABLE new_run_shards (
    run_id       INTEGER   NOT NULL,
    shard        INTEGER   NOT NULL,
    questions    INTEGER   NOT NULL,
    tokens       BIGINT    NOT NULL,
    routing_rows BIGINT    NOT NULL,
    committed_at TIMESTAMP NOT NULL,
    question_ids INTEGER[] NOT NULL
);
INSERT INTO new_run_shards BY NAME FROM run_shards;
DROP TABLE run_shards;
ALTER TABLE new_run_shards RENAME TO run_shards;
COMMENT ON TABLE run_shards IS 'One row per committed shard of a run: the ledger that says what the file holds whole';
COMMENT ON COLUMN run_shards.run_id IS 'The run';
COMMENT ON COLUMN run_shards.shard IS 'Number of the shard within the run, from 0';
COMMENT ON COLUMN run_shards.questions IS 'Number of questions, each with one row in answers';
COMMENT ON COLUMN run_shards.tokens IS 'Number of rows in tokens';
COMMENT ON COLUMN run_shards.routing_rows IS 'Number of rows in token_routing';
COMMENT ON COLUMN run_shards.committed_at IS 'Time of the commit, UTC';
COMMENT ON COLUMN run_shards.question_ids IS 'The questions, in rising order';

CREATE TABLE new_questions (
    question_id INTEGER   NOT NULL,
    task        VARCHAR   NOT NULL,
    subject     VARCHAR   NOT NULL,
    ordinal     INTEGER   NOT NULL,
    question    VARCHAR   NOT NULL,
    choices     VARCHAR[] NOT NULL,
    answer      VARCHAR   NOT NULL
);
INSERT INTO new_questions BY NAME FROM questions;
DROP TABLE questions;
ALTER TABLE new_questions RENAME TO questions;
COMMENT ON TABLE questions IS 'One row per question of a quiz';
COMMENT ON COLUMN questions.question_id IS 'Number of the question, unique in this file over all quizzes';
COMMENT ON COLUMN questions.task IS 'Name of the quiz, as in runs.task';
COMMENT ON COLUMN questions.subject IS 'Subject within the quiz';
COMMENT ON COLUMN questions.ordinal IS 'Position of the question within its subject''s file, from 1';
COMMENT ON COLUMN questions.question IS 'Text of the question without the choices';
COMMENT ON COLUMN questions.choices IS 'Texts of the choices, A first';
COMMENT ON COLUMN questions.answer IS 'Letter of the right choice';

CREATE TABLE new_question_attributes (
    question_id INTEGER NOT NULL,
    name        VARCHAR NOT NULL,
    value       VARCHAR NOT NULL
);
INSERT INTO new_question_attributes BY NAME FROM question_attributes;
DROP TABLE question_attributes;
ALTER TABLE new_question_attributes RENAME TO question_attributes;
COMMENT ON TABLE question_attributes IS 'One row per question and further column of its quiz';
COMMENT ON COLUMN question_attributes.question_id IS 'The question';
COMMENT ON COLUMN question_attributes.name IS 'Name of the column';
COMMENT ON COLUMN question_attributes.value IS 'Its value, as text';

CREATE TABLE new_answers (
    run_id            INTEGER NOT NULL,
    question_id       INTEGER NOT NULL,
    predicted         VARCHAR,
    correct           BOOLEAN NOT NULL,
    log_probabilities FLOAT[],
    top_token_id      INTEGER,
    top_token         VARCHAR,
    prompt_tokens     INTEGER NOT NULL
);
INSERT INTO new_answers BY NAME FROM answers;
DROP TABLE answers;
ALTER TABLE new_answers RENAME TO answers;
COMMENT ON TABLE answers IS 'One row per run and question: what the model answered';
COMMENT ON COLUMN answers.run_id IS 'The run';
COMMENT ON COLUMN answers.question_id IS 'The question';
COMMENT ON COLUMN answers.predicted IS 'Letter with the largest log-probability at the last prompt token; NULL where an imported run does not say';
COMMENT ON COLUMN answers.correct IS 'Whether predicted is the right letter';
COMMENT ON COLUMN answers.log_probabilities IS 'Natural log-probability of each letter over the whole vocabulary, A first; NULL where an imported run does not say';
COMMENT ON COLUMN answers.top_token_id IS 'Id of the most probable next token of all; NULL where an imported run does not say';
COMMENT ON COLUMN answers.top_token IS 'Text of the most probable next token of all; NULL where an imported run does not say';
COMMENT ON COLUMN answers.prompt_tokens IS 'Length of the prompt in tokens';
