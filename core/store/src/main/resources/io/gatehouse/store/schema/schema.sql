-- Schema version 1 of a Gatehouse file. Every relation that SQL users see is here with its comments; the analysis
-- views over them belong to the SQL layer. No column is ever NULL, those of the views included, unless NULL has a
-- meaning, and then the comment says which with the word NULL: the SQL layer goes by that word.
--
-- What a router decides is kept in whole numbers of a small unit, which take half the bytes and half the time of
-- floats; the views give floats again. Units: weights 2^-16, margins 2^-20, probabilities 2^-22, entropy and mass
-- 2^-10. A value is off by at most half of its unit.
--
-- What queries read while a run is written has no keys: DuckDB lets nobody read a table with an index for as long as it
-- takes to bring the file up to date. That a row is there once is seen to by who writes it, and by verify.

CREATE TABLE schema_version (
    version INTEGER NOT NULL
);
COMMENT ON TABLE schema_version IS 'One row: the version of this schema';
COMMENT ON COLUMN schema_version.version IS 'Version that the file was written with';
INSERT INTO schema_version VALUES (1);

-- The one definition of what a scope counts. Tables say phase and is_last_prompt of a token, or of the tokens that a row
-- sums up; whoever counts by scope joins this relation on both columns.
CREATE VIEW scopes AS
SELECT scope, phase, is_last_prompt
FROM (VALUES
    ('last_prompt', 'prompt', true),
    ('prompt', 'prompt', true),
    ('prompt', 'prompt', false),
    ('generated', 'generated', false)
) AS s(scope, phase, is_last_prompt);
COMMENT ON VIEW scopes IS 'One row per scope and kind of token that it counts';
COMMENT ON COLUMN scopes.scope IS 'last_prompt (the last token of each prompt, the one that answers), prompt (all tokens of the prompt, the last one included) or generated (the tokens that the model sampled)';
COMMENT ON COLUMN scopes.phase IS 'prompt or generated: phase of the tokens';
COMMENT ON COLUMN scopes.is_last_prompt IS 'Whether they are the last tokens of their prompts';

CREATE TABLE runs (
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
    source            VARCHAR   NOT NULL DEFAULT 'gatehouse',
    step              BIGINT
);
COMMENT ON TABLE runs IS 'One row per run: a model answering a quiz';
COMMENT ON COLUMN runs.run_id IS 'Number of the run in this file, from 1';
COMMENT ON COLUMN runs.name IS 'Name given to the run; unique in this file';
COMMENT ON COLUMN runs.model IS 'Name of the checkpoint directory';
COMMENT ON COLUMN runs.fingerprint IS 'SHA-256 of config.json, tokenizer.json, the headers and sizes of the weight files and samples of the weights, in hex';
COMMENT ON COLUMN runs.architecture IS 'Entry of "architectures" in config.json';
COMMENT ON COLUMN runs.layers IS 'Number of transformer layers';
COMMENT ON COLUMN runs.experts IS 'Largest number of experts of a layer; layers has the number of each';
COMMENT ON COLUMN runs.top_k IS 'Largest number of experts that a layer sends a token to; layers has the number of each';
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
COMMENT ON COLUMN runs.step IS 'Step of the series that the run is one of, such as the training step of its checkpoint; NULL where nothing says one';

-- Layers of one model can differ in all of this, so that it is not said of the run.
CREATE TABLE layers (
    run_id       INTEGER  NOT NULL,
    layer        SMALLINT NOT NULL,
    kind         VARCHAR  CHECK (kind IN ('dense', 'moe', 'attention', 'state_space')),
    experts      INTEGER,
    top_k        INTEGER,
    router       VARCHAR,
    router_scale DOUBLE,
    renormalised BOOLEAN
);
COMMENT ON TABLE layers IS 'One row per run and layer of its model';
COMMENT ON COLUMN layers.run_id IS 'The run';
COMMENT ON COLUMN layers.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN layers.kind IS 'dense (one feed-forward block), moe (a router and experts), attention (no feed-forward block) or state_space; NULL where an imported run does not say';
COMMENT ON COLUMN layers.experts IS 'Number of experts; NULL where the layer has none or an imported run does not say';
COMMENT ON COLUMN layers.top_k IS 'Number of experts that each token is sent to, after interventions; NULL where the layer has none or an imported run does not say';
COMMENT ON COLUMN layers.router IS 'Function that makes probabilities of the scores of the router, such as softmax; NULL where the layer has no router or an imported run does not say';
COMMENT ON COLUMN layers.router_scale IS 'Factor of the weights of the experts; NULL where the layer has no router or an imported run does not say';
COMMENT ON COLUMN layers.renormalised IS 'Whether the weights of a token are divided by their sum; NULL where the layer has no router or an imported run does not say';

-- The ledger: a shard of questions is in here exactly when all of its rows are in the file.
CREATE TABLE run_shards (
    run_id       INTEGER   NOT NULL,
    shard        INTEGER   NOT NULL,
    questions    INTEGER   NOT NULL,
    tokens       BIGINT    NOT NULL,
    routing_rows BIGINT    NOT NULL,
    committed_at TIMESTAMP NOT NULL,
    question_ids INTEGER[] NOT NULL
);
COMMENT ON TABLE run_shards IS 'One row per committed shard of a run: the ledger that says what the file holds whole';
COMMENT ON COLUMN run_shards.run_id IS 'The run';
COMMENT ON COLUMN run_shards.shard IS 'Number of the shard within the run, from 0';
COMMENT ON COLUMN run_shards.questions IS 'Number of questions, each with one row in answers';
COMMENT ON COLUMN run_shards.tokens IS 'Number of rows in tokens';
COMMENT ON COLUMN run_shards.routing_rows IS 'Number of rows in token_routing';
COMMENT ON COLUMN run_shards.committed_at IS 'Time of the commit, UTC';
COMMENT ON COLUMN run_shards.question_ids IS 'The questions, in rising order';

-- Continuing an unfinished run needs the same of all of these.
CREATE TABLE run_definitions (
    run_id   INTEGER NOT NULL,
    property VARCHAR NOT NULL,
    value    VARCHAR NOT NULL,
    PRIMARY KEY (run_id, property)
);
COMMENT ON TABLE run_definitions IS 'One row per run and property of it: everything that decides what the run computes and keeps';
COMMENT ON COLUMN run_definitions.run_id IS 'The run';
COMMENT ON COLUMN run_definitions.property IS 'What it is, such as fingerprint or shots';
COMMENT ON COLUMN run_definitions.value IS 'Its value, as text';

CREATE TABLE questions (
    question_id INTEGER   NOT NULL,
    task        VARCHAR   NOT NULL,
    subject     VARCHAR   NOT NULL,
    ordinal     INTEGER   NOT NULL,
    question    VARCHAR   NOT NULL,
    choices     VARCHAR[] NOT NULL,
    answer      VARCHAR   NOT NULL
);
COMMENT ON TABLE questions IS 'One row per question of a quiz';
COMMENT ON COLUMN questions.question_id IS 'Number of the question, unique in this file over all quizzes';
COMMENT ON COLUMN questions.task IS 'Name of the quiz, as in runs.task';
COMMENT ON COLUMN questions.subject IS 'Subject within the quiz';
COMMENT ON COLUMN questions.ordinal IS 'Position of the question within its subject''s file, from 1';
COMMENT ON COLUMN questions.question IS 'Text of the question without the choices';
COMMENT ON COLUMN questions.choices IS 'Texts of the choices, A first';
COMMENT ON COLUMN questions.answer IS 'Letter of the right choice';

CREATE TABLE question_attributes (
    question_id INTEGER NOT NULL,
    name        VARCHAR NOT NULL,
    value       VARCHAR NOT NULL
);
COMMENT ON TABLE question_attributes IS 'One row per question and further column of its quiz';
COMMENT ON COLUMN question_attributes.question_id IS 'The question';
COMMENT ON COLUMN question_attributes.name IS 'Name of the column';
COMMENT ON COLUMN question_attributes.value IS 'Its value, as text';

CREATE TABLE answers (
    run_id            INTEGER  NOT NULL,
    question_id       INTEGER  NOT NULL,
    sample            SMALLINT NOT NULL DEFAULT 0,
    predicted         VARCHAR,
    correct           BOOLEAN  NOT NULL,
    log_probabilities FLOAT[],
    top_token_id      INTEGER,
    top_token         VARCHAR,
    prompt_tokens     INTEGER  NOT NULL
);
COMMENT ON TABLE answers IS 'One row per run, question and sample: what the model answered';
COMMENT ON COLUMN answers.run_id IS 'The run';
COMMENT ON COLUMN answers.question_id IS 'The question';
COMMENT ON COLUMN answers.sample IS 'Number of the answer among those that the model sampled to the question, from 0';
COMMENT ON COLUMN answers.predicted IS 'Letter with the largest log-probability at the last prompt token; NULL where an imported run does not say';
COMMENT ON COLUMN answers.correct IS 'Whether predicted is the right letter';
COMMENT ON COLUMN answers.log_probabilities IS 'Natural log-probability of each letter over the whole vocabulary, A first; NULL where an imported run does not say';
COMMENT ON COLUMN answers.top_token_id IS 'Id of the most probable next token of all; NULL where an imported run does not say';
COMMENT ON COLUMN answers.top_token IS 'Text of the most probable next token of all; NULL where an imported run does not say';
COMMENT ON COLUMN answers.prompt_tokens IS 'Length of the prompt in tokens';

CREATE TABLE tokens (
    run_id         INTEGER  NOT NULL,
    question_id    INTEGER  NOT NULL,
    sample         SMALLINT NOT NULL DEFAULT 0,
    "position"     INTEGER  NOT NULL,
    phase          VARCHAR  NOT NULL,
    is_last_prompt BOOLEAN  NOT NULL,
    segment        VARCHAR,
    token_id       INTEGER  NOT NULL,
    token          VARCHAR  NOT NULL
);
COMMENT ON TABLE tokens IS 'One row per run, question and prompt token';
COMMENT ON COLUMN tokens.run_id IS 'The run';
COMMENT ON COLUMN tokens.question_id IS 'The question';
COMMENT ON COLUMN tokens.sample IS 'Number of the answer that the token is of, as in answers.sample; 0 for tokens of the prompt';
COMMENT ON COLUMN tokens."position" IS 'Position of the token in the prompt, from 0';
COMMENT ON COLUMN tokens.phase IS 'prompt for tokens of the prompt, generated for tokens that the model sampled';
COMMENT ON COLUMN tokens.is_last_prompt IS 'Whether the token is the last one of the prompt, the one that answers';
COMMENT ON COLUMN tokens.segment IS 'Part of the text that the token is of: system, instruction, example, question, choice, cue, reasoning, answer or other; NULL where nothing says it';
COMMENT ON COLUMN tokens.token_id IS 'Id in the vocabulary of the model';
COMMENT ON COLUMN tokens.token IS 'Text of the token; bytes that are no whole character show as U+FFFD';

-- The facts behind token_routing and activations. Rows of a shard stand together, ordered by layer, question, position.
CREATE TABLE routing (
    run_id         INTEGER    NOT NULL USING COMPRESSION RLE,
    question_id    INTEGER    NOT NULL USING COMPRESSION RLE,
    "position"     INTEGER    NOT NULL USING COMPRESSION BITPACKING,
    layer          SMALLINT   NOT NULL USING COMPRESSION RLE,
    is_generated   BOOLEAN    NOT NULL DEFAULT false USING COMPRESSION RLE,
    is_last_prompt BOOLEAN    NOT NULL USING COMPRESSION RLE,
    experts        SMALLINT[] NOT NULL,
    weights        INTEGER[],
    scores         FLOAT[],
    entropy        SMALLINT   USING COMPRESSION BITPACKING,
    spare_mass     SMALLINT   USING COMPRESSION BITPACKING,
    margin         INTEGER    USING COMPRESSION BITPACKING,
    ranked         BOOLEAN    NOT NULL DEFAULT true USING COMPRESSION RLE
);
COMMENT ON TABLE routing IS 'One row per run, question, prompt token and mixture-of-experts layer: one decision of a router, in whole numbers of small units';
COMMENT ON COLUMN routing.run_id IS 'The run';
COMMENT ON COLUMN routing.question_id IS 'The question';
COMMENT ON COLUMN routing."position" IS 'Position of the token in the prompt, from 0';
COMMENT ON COLUMN routing.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN routing.is_generated IS 'Whether the model sampled the token; else it is of the prompt';
COMMENT ON COLUMN routing.is_last_prompt IS 'Whether the token is the last one of the prompt, the one that answers';
COMMENT ON COLUMN routing.experts IS 'The top-k experts, the most probable first';
COMMENT ON COLUMN routing.weights IS 'Weight that multiplies the output of each of those experts, same order, in units of 2^-16; NULL where an imported run does not say';
COMMENT ON COLUMN routing.scores IS 'Score by which each of those experts was chosen, same order, where it is not its probability; NULL where it is or nothing says it';
COMMENT ON COLUMN routing.entropy IS 'Entropy of the gate over all experts, in units of 2^-10 nats; NULL where an imported run does not say';
COMMENT ON COLUMN routing.spare_mass IS 'Probability of the top-k experts together minus the sum of their weights, in units of 2^-10: 0 unless the model renormalises; NULL where an imported run does not say';
COMMENT ON COLUMN routing.ranked IS 'Whether the source says which expert comes first; else the experts stand in no order';
COMMENT ON COLUMN routing.margin IS 'Probability of the k-th expert minus that of the next one, in units of 2^-20; NULL where an imported run does not say';

CREATE VIEW token_routing AS
SELECT
    run_id,
    question_id,
    "position",
    layer,
    CASE WHEN is_generated THEN 'generated' ELSE 'prompt' END AS phase,
    is_last_prompt,
    experts,
    list_transform(weights, lambda w: CAST(w AS FLOAT) / CAST(65536 AS FLOAT)) AS weights,
    scores,
    CAST(entropy AS FLOAT) / CAST(1024 AS FLOAT) AS entropy,
    CAST(CASE
        WHEN weights IS NULL THEN NULL
        WHEN list_sum(weights) > 0 THEN greatest(0.0, ln(list_sum(weights))
            - list_sum(list_transform(weights, lambda w: CASE WHEN w > 0 THEN w * ln(w) ELSE 0.0 END)) / list_sum(weights))
        ELSE 0.0
    END AS FLOAT) AS top_k_entropy,
    CAST(list_sum(weights) / 65536.0 + spare_mass / 1024.0 AS FLOAT) AS mass,
    CAST(margin AS FLOAT) / CAST(1048576 AS FLOAT) AS margin
FROM routing;
COMMENT ON VIEW token_routing IS 'One row per run, question, prompt token and mixture-of-experts layer: one decision of a router';
COMMENT ON COLUMN token_routing.run_id IS 'The run';
COMMENT ON COLUMN token_routing.question_id IS 'The question';
COMMENT ON COLUMN token_routing."position" IS 'Position of the token in the prompt, from 0';
COMMENT ON COLUMN token_routing.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN token_routing.phase IS 'prompt for tokens of the prompt, generated for tokens that the model sampled';
COMMENT ON COLUMN token_routing.is_last_prompt IS 'Whether the token is the last one of the prompt, the one that answers';
COMMENT ON COLUMN token_routing.experts IS 'The top-k experts, the most probable first';
COMMENT ON COLUMN token_routing.weights IS 'Weight that multiplies the output of each of those experts, same order, within 0.000008; sums to 1 only where the model renormalises; NULL where an imported run does not say';
COMMENT ON COLUMN token_routing.scores IS 'Score by which each of those experts was chosen, same order, where it is not its probability; NULL where it is or nothing says it';
COMMENT ON COLUMN token_routing.entropy IS 'Entropy of the gate over all experts, in nats, within 0.0005: -sum p ln p; uniform is ln(experts); NULL where an imported run does not say';
COMMENT ON COLUMN token_routing.top_k_entropy IS 'Entropy over the top-k experts after renormalising their weights to 1, in nats; uniform is ln(top_k); NULL where an imported run does not say';
COMMENT ON COLUMN token_routing.mass IS 'Probability that the gate gives to the top-k experts together, 0 to 1, within 0.0006; NULL where an imported run does not say';
COMMENT ON COLUMN token_routing.margin IS 'Probability of the k-th expert minus that of the next one, within 0.0000005: how near the choice was to another; NULL where an imported run does not say';

CREATE VIEW activations AS
SELECT
    run_id,
    question_id,
    "position",
    layer,
    CASE WHEN is_generated THEN 'generated' ELSE 'prompt' END AS phase,
    is_last_prompt,
    CAST(unnest(CASE WHEN ranked THEN range(1, len(experts) + 1) END) AS SMALLINT) AS "rank",
    unnest(experts) AS expert,
    CAST(unnest(weights) AS FLOAT) / CAST(65536 AS FLOAT) AS weight
FROM routing;
COMMENT ON VIEW activations IS 'One row per run, question, prompt token, layer and rank: one expert that fired. The fact table';
COMMENT ON COLUMN activations.run_id IS 'The run';
COMMENT ON COLUMN activations.question_id IS 'The question';
COMMENT ON COLUMN activations."position" IS 'Position of the token in the prompt, from 0';
COMMENT ON COLUMN activations.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN activations.phase IS 'prompt for tokens of the prompt, generated for tokens that the model sampled';
COMMENT ON COLUMN activations.is_last_prompt IS 'Whether the token is the last one of the prompt, the one that answers';
COMMENT ON COLUMN activations."rank" IS 'Place of the expert among the top-k of its token, 1 for the most probable; NULL where an imported run does not say';
COMMENT ON COLUMN activations.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN activations.weight IS 'Weight that multiplies the output of the expert, within 0.000008; NULL where an imported run does not say';

-- Only of runs that record them.
CREATE TABLE expert_norms (
    run_id      INTEGER  NOT NULL USING COMPRESSION RLE,
    question_id INTEGER  NOT NULL USING COMPRESSION RLE,
    "position"  INTEGER  NOT NULL USING COMPRESSION BITPACKING,
    layer       SMALLINT NOT NULL USING COMPRESSION RLE,
    norms       FLOAT[]  NOT NULL
);
COMMENT ON TABLE expert_norms IS 'One row per run, question, prompt token and layer, of runs that recorded norms: how large the outputs of the chosen experts were';
COMMENT ON COLUMN expert_norms.run_id IS 'The run';
COMMENT ON COLUMN expert_norms.question_id IS 'The question';
COMMENT ON COLUMN expert_norms."position" IS 'Position of the token in the prompt, from 0';
COMMENT ON COLUMN expert_norms.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN expert_norms.norms IS 'Euclidean norm of the output of each top-k expert before its weight is applied, in the order of token_routing.experts';

-- Only of runs that record them.
CREATE TABLE gates (
    run_id      INTEGER   NOT NULL USING COMPRESSION RLE,
    question_id INTEGER   NOT NULL USING COMPRESSION RLE,
    "position"  INTEGER   NOT NULL USING COMPRESSION BITPACKING,
    layer       SMALLINT  NOT NULL USING COMPRESSION RLE,
    gates       INTEGER[] NOT NULL
);
COMMENT ON TABLE gates IS 'One row per run, question, prompt token and layer, of runs that recorded all probabilities: the whole gate, in whole numbers of a small unit';
COMMENT ON COLUMN gates.run_id IS 'The run';
COMMENT ON COLUMN gates.question_id IS 'The question';
COMMENT ON COLUMN gates."position" IS 'Position of the token in the prompt, from 0';
COMMENT ON COLUMN gates.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN gates.gates IS 'Probability of every expert, expert 0 first, in units of 2^-22';

CREATE VIEW router_probabilities AS
SELECT
    run_id,
    question_id,
    "position",
    layer,
    list_transform(gates, lambda p: CAST(p AS FLOAT) / CAST(4194304 AS FLOAT)) AS probabilities
FROM gates;
COMMENT ON VIEW router_probabilities IS 'One row per run, question, prompt token and layer, of runs that recorded all probabilities: the whole gate';
COMMENT ON COLUMN router_probabilities.run_id IS 'The run';
COMMENT ON COLUMN router_probabilities.question_id IS 'The question';
COMMENT ON COLUMN router_probabilities."position" IS 'Position of the token in the prompt, from 0';
COMMENT ON COLUMN router_probabilities.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN router_probabilities.probabilities IS 'Probability of every expert, expert 0 first, within 0.0000002; sums to 1';

-- Additive per question and written in the same transaction as its facts, so it is never stale.
CREATE TABLE usage (
    run_id         INTEGER  NOT NULL USING COMPRESSION RLE,
    question_id    INTEGER  NOT NULL USING COMPRESSION RLE,
    layer          SMALLINT NOT NULL USING COMPRESSION RLE,
    is_generated   BOOLEAN  NOT NULL DEFAULT false USING COMPRESSION RLE,
    is_last_prompt BOOLEAN  NOT NULL USING COMPRESSION RLE,
    expert         SMALLINT NOT NULL USING COMPRESSION BITPACKING,
    n              INTEGER  NOT NULL USING COMPRESSION BITPACKING,
    weight         BIGINT   USING COMPRESSION BITPACKING
);
COMMENT ON TABLE usage IS 'One row per run, question, layer, phase, is_last_prompt and expert that fired: the rollup of activations, in whole numbers of small units';
COMMENT ON COLUMN usage.run_id IS 'The run';
COMMENT ON COLUMN usage.question_id IS 'The question';
COMMENT ON COLUMN usage.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN usage.is_generated IS 'Whether tokens that the model sampled are counted; else tokens of the prompt';
COMMENT ON COLUMN usage.is_last_prompt IS 'Whether the last token of the prompt is counted; else the other tokens of the phase';
COMMENT ON COLUMN usage.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN usage.n IS 'Number of activations';
COMMENT ON COLUMN usage.weight IS 'Sum of their weights, in units of 2^-16; NULL where an imported run does not say';

CREATE VIEW question_usage AS
SELECT
    run_id,
    question_id,
    layer,
    expert,
    CASE WHEN is_generated THEN 'generated' ELSE 'prompt' END AS phase,
    is_last_prompt,
    n,
    weight / 65536.0 AS weight_sum
FROM usage;
COMMENT ON VIEW question_usage IS 'One row per run, question, layer, phase, is_last_prompt and expert that fired: the rollup of activations';
COMMENT ON COLUMN question_usage.run_id IS 'The run';
COMMENT ON COLUMN question_usage.question_id IS 'The question';
COMMENT ON COLUMN question_usage.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN question_usage.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN question_usage.phase IS 'prompt where tokens of the prompt are counted, generated where tokens that the model sampled are';
COMMENT ON COLUMN question_usage.is_last_prompt IS 'Whether the last token of the prompt is counted; else the other tokens of the phase';
COMMENT ON COLUMN question_usage.n IS 'Number of activations';
COMMENT ON COLUMN question_usage.weight_sum IS 'Sum of their weights; NULL where an imported run does not say';

-- Derived from question_usage, and brought up to date in the transaction that adds to it. Sums of whole numbers of the
-- units, so that the order of adding does not matter.
CREATE TABLE subject_usage (
    run_id            INTEGER  NOT NULL,
    subject           VARCHAR  NOT NULL,
    layer             SMALLINT NOT NULL,
    expert            SMALLINT NOT NULL,
    phase             VARCHAR  NOT NULL,
    is_last_prompt    BOOLEAN  NOT NULL,
    n                 BIGINT   NOT NULL,
    weight_sum        DOUBLE,
    weight_square_sum DOUBLE,
    weight_min        FLOAT,
    weight_max        FLOAT
);
COMMENT ON TABLE subject_usage IS 'One row per run, subject, layer, phase, is_last_prompt and expert that fired: the rollup of question_usage';
COMMENT ON COLUMN subject_usage.run_id IS 'The run';
COMMENT ON COLUMN subject_usage.subject IS 'Subject within the quiz';
COMMENT ON COLUMN subject_usage.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN subject_usage.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN subject_usage.phase IS 'prompt where tokens of prompts are counted, generated where tokens that the model sampled are';
COMMENT ON COLUMN subject_usage.is_last_prompt IS 'Whether the last token of each prompt is counted; else the other tokens of the phase';
COMMENT ON COLUMN subject_usage.n IS 'Number of activations';
COMMENT ON COLUMN subject_usage.weight_sum IS 'Sum of their weights; NULL where an imported run does not say';
COMMENT ON COLUMN subject_usage.weight_square_sum IS 'Sum of the squares of their weights; NULL where an imported run does not say';
COMMENT ON COLUMN subject_usage.weight_min IS 'Smallest of their weights; NULL where an imported run does not say';
COMMENT ON COLUMN subject_usage.weight_max IS 'Largest of their weights; NULL where an imported run does not say';

CREATE TABLE layer_usage (
    run_id            INTEGER  NOT NULL,
    layer             SMALLINT NOT NULL,
    expert            SMALLINT NOT NULL,
    phase             VARCHAR  NOT NULL,
    is_last_prompt    BOOLEAN  NOT NULL,
    n                 BIGINT   NOT NULL,
    weight_sum        DOUBLE,
    weight_square_sum DOUBLE,
    weight_min        FLOAT,
    weight_max        FLOAT
);
COMMENT ON TABLE layer_usage IS 'One row per run, layer, phase, is_last_prompt and expert that fired: the rollup of subject_usage';
COMMENT ON COLUMN layer_usage.run_id IS 'The run';
COMMENT ON COLUMN layer_usage.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN layer_usage.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN layer_usage.phase IS 'prompt where tokens of prompts are counted, generated where tokens that the model sampled are';
COMMENT ON COLUMN layer_usage.is_last_prompt IS 'Whether the last token of each prompt is counted; else the other tokens of the phase';
COMMENT ON COLUMN layer_usage.n IS 'Number of activations';
COMMENT ON COLUMN layer_usage.weight_sum IS 'Sum of their weights; NULL where an imported run does not say';
COMMENT ON COLUMN layer_usage.weight_square_sum IS 'Sum of the squares of their weights; NULL where an imported run does not say';
COMMENT ON COLUMN layer_usage.weight_min IS 'Smallest of their weights; NULL where an imported run does not say';
COMMENT ON COLUMN layer_usage.weight_max IS 'Largest of their weights; NULL where an imported run does not say';

-- Few rows, since it knows no subject and no question: what experts have to do with answers.
CREATE TABLE outcome_usage (
    run_id         INTEGER  NOT NULL,
    answer         VARCHAR  NOT NULL,
    correct        BOOLEAN,
    layer          SMALLINT NOT NULL,
    expert         SMALLINT NOT NULL,
    phase          VARCHAR  NOT NULL,
    is_last_prompt BOOLEAN  NOT NULL,
    n              BIGINT   NOT NULL,
    weight_sum     DOUBLE
);
COMMENT ON TABLE outcome_usage IS 'One row per run, right answer, whether the run gave it, layer, phase, is_last_prompt and expert that fired: the rollup of question_usage';
COMMENT ON COLUMN outcome_usage.run_id IS 'The run';
COMMENT ON COLUMN outcome_usage.answer IS 'Letter of the right choice of the questions';
COMMENT ON COLUMN outcome_usage.correct IS 'Whether the run answered them rightly; NULL where an imported run has no answer';
COMMENT ON COLUMN outcome_usage.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN outcome_usage.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN outcome_usage.phase IS 'prompt where tokens of prompts are counted, generated where tokens that the model sampled are';
COMMENT ON COLUMN outcome_usage.is_last_prompt IS 'Whether the last token of each prompt is counted; else the other tokens of the phase';
COMMENT ON COLUMN outcome_usage.n IS 'Number of activations';
COMMENT ON COLUMN outcome_usage.weight_sum IS 'Sum of their weights; NULL where an imported run does not say';

CREATE TABLE layer_entropy (
    run_id            INTEGER  NOT NULL,
    layer             SMALLINT NOT NULL,
    phase             VARCHAR  NOT NULL,
    is_last_prompt    BOOLEAN  NOT NULL,
    n                 BIGINT   NOT NULL,
    entropy_sum       DOUBLE,
    top_k_entropy_sum DOUBLE,
    mass_sum          DOUBLE,
    margin_sum        DOUBLE
);
COMMENT ON TABLE layer_entropy IS 'One row per run, layer, phase and is_last_prompt: the rollup of token_routing';
COMMENT ON COLUMN layer_entropy.run_id IS 'The run';
COMMENT ON COLUMN layer_entropy.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN layer_entropy.phase IS 'prompt where tokens of prompts are counted, generated where tokens that the model sampled are';
COMMENT ON COLUMN layer_entropy.is_last_prompt IS 'Whether the last token of each prompt is counted; else the other tokens of the phase';
COMMENT ON COLUMN layer_entropy.n IS 'Number of tokens';
COMMENT ON COLUMN layer_entropy.entropy_sum IS 'Sum of the entropies of the gate over all experts, in nats; NULL where an imported run does not say';
COMMENT ON COLUMN layer_entropy.top_k_entropy_sum IS 'Sum of the entropies over the top-k experts, in nats, from weights before rounding; NULL where an imported run does not say';
COMMENT ON COLUMN layer_entropy.mass_sum IS 'Sum of the probabilities of the top-k experts together; NULL where an imported run does not say';
COMMENT ON COLUMN layer_entropy.margin_sum IS 'Sum of the margins; NULL where an imported run does not say';

-- Counts that became no activations, for nothing says of which tokens they are.
CREATE TABLE expert_counts (
    run_id  INTEGER  NOT NULL,
    subject VARCHAR  NOT NULL,
    layer   SMALLINT NOT NULL,
    expert  SMALLINT NOT NULL,
    n       BIGINT   NOT NULL
);
COMMENT ON TABLE expert_counts IS 'One row per run, subject, layer and expert of runs that were imported from counts alone, experts that never fired included';
COMMENT ON COLUMN expert_counts.run_id IS 'The run';
COMMENT ON COLUMN expert_counts.subject IS 'Domain or dataset that was counted; empty where the source does not say';
COMMENT ON COLUMN expert_counts.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN expert_counts.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN expert_counts.n IS 'Number of tokens that were sent to the expert';

-- The whole grid, so that an expert that never fires is a row with 0 and not a missing row.
CREATE TABLE experts (
    run_id      INTEGER  NOT NULL,
    scope       VARCHAR  NOT NULL,
    layer       SMALLINT NOT NULL,
    expert      SMALLINT NOT NULL,
    activations BIGINT   NOT NULL,
    weight_sum  DOUBLE
);
COMMENT ON TABLE experts IS 'One row per run, scope, layer and expert, also for experts that never fired. Scope prompt counts every prompt token, the last one included; last_prompt only the last, and has no rows where an imported run does not say it';
COMMENT ON COLUMN experts.run_id IS 'The run';
COMMENT ON COLUMN experts.scope IS 'Tokens counted: prompt (all of them, where the run recorded them) or last_prompt (the one that answers)';
COMMENT ON COLUMN experts.layer IS 'Layer of the model, from 0; layers without experts have no rows';
COMMENT ON COLUMN experts.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN experts.activations IS 'Number of tokens that were sent to the expert; 0 if it never fired';
COMMENT ON COLUMN experts.weight_sum IS 'Sum of the weights of those activations; NULL where an imported run does not say';

-- Of the weights themselves, and so of a model and not of a run: all runs of one checkpoint share them.
CREATE TABLE expert_weights (
    fingerprint    VARCHAR  NOT NULL,
    layer          SMALLINT NOT NULL,
    expert         SMALLINT NOT NULL,
    router_norm    DOUBLE   NOT NULL,
    gate_proj_norm DOUBLE   NOT NULL,
    up_proj_norm   DOUBLE   NOT NULL,
    down_proj_norm DOUBLE   NOT NULL
);
COMMENT ON TABLE expert_weights IS 'One row per checkpoint whose weights were read, layer and expert: how large its weights are';
COMMENT ON COLUMN expert_weights.fingerprint IS 'The checkpoint, as in runs.fingerprint';
COMMENT ON COLUMN expert_weights.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN expert_weights.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN expert_weights.router_norm IS 'Euclidean norm of the expert''s row of the router, its gate embedding';
COMMENT ON COLUMN expert_weights.gate_proj_norm IS 'Frobenius norm of the gate projection of its SwiGLU';
COMMENT ON COLUMN expert_weights.up_proj_norm IS 'Frobenius norm of its up projection';
COMMENT ON COLUMN expert_weights.down_proj_norm IS 'Frobenius norm of its down projection';

CREATE TABLE expert_weight_pairs (
    fingerprint      VARCHAR  NOT NULL,
    layer            SMALLINT NOT NULL,
    expert           SMALLINT NOT NULL,
    other_expert     SMALLINT NOT NULL,
    router_cosine    DOUBLE,
    gate_proj_cosine DOUBLE,
    up_proj_cosine   DOUBLE,
    down_proj_cosine DOUBLE
);
COMMENT ON TABLE expert_weight_pairs IS 'One row per checkpoint whose weights were read, layer and pair of its experts: how alike their weights are';
COMMENT ON COLUMN expert_weight_pairs.fingerprint IS 'The checkpoint, as in runs.fingerprint';
COMMENT ON COLUMN expert_weight_pairs.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN expert_weight_pairs.expert IS 'The one expert, from 0';
COMMENT ON COLUMN expert_weight_pairs.other_expert IS 'The other one, of a larger number';
COMMENT ON COLUMN expert_weight_pairs.router_cosine IS 'Cosine of their rows of the router; NULL if one of them is 0';
COMMENT ON COLUMN expert_weight_pairs.gate_proj_cosine IS 'Cosine of their gate projections, each as one long vector; NULL if one of them is 0';
COMMENT ON COLUMN expert_weight_pairs.up_proj_cosine IS 'Cosine of their up projections; NULL if one of them is 0';
COMMENT ON COLUMN expert_weight_pairs.down_proj_cosine IS 'Cosine of their down projections; NULL if one of them is 0';

CREATE VIEW model_experts AS
SELECT
    r.run_id,
    w.layer,
    w.expert,
    w.router_norm,
    w.gate_proj_norm,
    w.up_proj_norm,
    w.down_proj_norm
FROM expert_weights AS w
JOIN runs AS r ON r.fingerprint = w.fingerprint;
COMMENT ON VIEW model_experts IS 'One row per run, layer and expert, of runs whose checkpoint''s weights were read (gatehouse model DIR --db FILE): how large the weights of the expert are';
COMMENT ON COLUMN model_experts.run_id IS 'The run';
COMMENT ON COLUMN model_experts.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN model_experts.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN model_experts.router_norm IS 'Euclidean norm of the expert''s row of the router, its gate embedding';
COMMENT ON COLUMN model_experts.gate_proj_norm IS 'Frobenius norm of the gate projection of its SwiGLU';
COMMENT ON COLUMN model_experts.up_proj_norm IS 'Frobenius norm of its up projection';
COMMENT ON COLUMN model_experts.down_proj_norm IS 'Frobenius norm of its down projection';

-- What people ask; nothing of it is about runs, and deleting runs leaves it alone.
CREATE TABLE saved_queries (
    name        VARCHAR   NOT NULL PRIMARY KEY,
    sql         VARCHAR   NOT NULL,
    description VARCHAR   NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    changed_at  TIMESTAMP NOT NULL
);
COMMENT ON TABLE saved_queries IS 'One row per query that somebody kept under a name';
COMMENT ON COLUMN saved_queries.name IS 'Name of the query, unique in this file';
COMMENT ON COLUMN saved_queries.sql IS 'Its text';
COMMENT ON COLUMN saved_queries.description IS 'What it is for; may be empty';
COMMENT ON COLUMN saved_queries.created_at IS 'When it was kept first, UTC';
COMMENT ON COLUMN saved_queries.changed_at IS 'When it was changed last, UTC';

CREATE TABLE query_history (
    query_id   VARCHAR   NOT NULL PRIMARY KEY,
    sql        VARCHAR   NOT NULL,
    started_at TIMESTAMP NOT NULL,
    elapsed_ms DOUBLE    NOT NULL,
    state      VARCHAR   NOT NULL,
    rows       BIGINT    NOT NULL,
    error      VARCHAR
);
COMMENT ON TABLE query_history IS 'One row per query that a server ran on this file';
COMMENT ON COLUMN query_history.query_id IS 'Id that the server gave the query';
COMMENT ON COLUMN query_history.sql IS 'Its text';
COMMENT ON COLUMN query_history.started_at IS 'Start, UTC';
COMMENT ON COLUMN query_history.elapsed_ms IS 'Milliseconds until its last row was sent, or it failed';
COMMENT ON COLUMN query_history.state IS 'finished, failed or cancelled';
COMMENT ON COLUMN query_history.rows IS 'Number of rows sent';
COMMENT ON COLUMN query_history.error IS 'Code and message of the error; NULL if there was none';
