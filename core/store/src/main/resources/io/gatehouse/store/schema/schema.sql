-- The tables and views of a Gatehouse file, apart from the rollups that Rollup.java declares. The comment behind the first
-- line of a definition describes the relation, the comment behind a column describes the column. Each column is NOT NULL
-- unless NULL has a meaning, which its comment says. DuckDB knows no NOT NULL in the columns of a view: there it is our
-- own marker, which DatabaseSchema reads and takes away.
--
-- Routing is kept in whole numbers of small units, which take half the bytes and half the time of floats; the views give
-- floats again. A value is off by at most half of its unit. ${weight} and the like are the units that make 1, from
-- Units.java; ${phase} is the phase of a row that says is_generated.
--
-- Tables that are read while a run is written have no keys: DuckDB lets nobody read a table with an index while it
-- checkpoints the file. The writers keep rows unique, and verify checks it.

CREATE TABLE schema_version ( -- One row: the version of this schema
    version INTEGER NOT NULL -- Version that the file was written with
);

-- The one definition of what a scope counts. Tables have phase and is_last_prompt of a token, or of the tokens that a row
-- sums; to count by scope, join this relation on both columns.
CREATE VIEW scopes ( -- One row per scope and kind of token that it counts
    scope NOT NULL, -- last_prompt (the last token of each prompt, at which the model answers), prompt (all tokens of the prompt, the last one included) or generated (the tokens that the model sampled)
    phase NOT NULL, -- prompt or generated: phase of the tokens
    is_last_prompt NOT NULL -- Whether they are the last tokens of their prompts
) AS
SELECT scope, phase, is_last_prompt
FROM (VALUES
    ('last_prompt', 'prompt', true),
    ('prompt', 'prompt', true),
    ('prompt', 'prompt', false),
    ('generated', 'generated', false)
) AS s(scope, phase, is_last_prompt);

CREATE TABLE runs ( -- One row per run: a model answering a quiz
    run_id            INTEGER   NOT NULL, -- Number of the run in this file, from 1
    name              VARCHAR   NOT NULL, -- Name given to the run; unique in this file
    model             VARCHAR   NOT NULL, -- Name of the checkpoint directory
    fingerprint       VARCHAR   NOT NULL, -- SHA-256 of config.json, tokenizer.json, the headers and sizes of the weight files and samples of the weights, in hex
    architecture      VARCHAR   NOT NULL, -- Entry of "architectures" in config.json
    layers            INTEGER   NOT NULL, -- Number of transformer layers
    experts           INTEGER   NOT NULL, -- Largest number of experts of a layer; layers has the number of each
    top_k             INTEGER   NOT NULL, -- Largest number of experts that a layer sends a token to; layers has the number of each
    quiz              VARCHAR   NOT NULL, -- Name of the quiz
    prompt_format     VARCHAR   NOT NULL, -- Prompt format, such as hendrycks
    shots             INTEGER   NOT NULL, -- Number of solved examples before each question
    recorded          VARCHAR   NOT NULL CHECK (recorded IN ('prompt', 'last_prompt')), -- Tokens whose routing was recorded: prompt (all of them) or last_prompt (the last one, at which the model answers)
    precision         VARCHAR   NOT NULL, -- Arithmetic of the engine: exact, balanced or fast
    device            VARCHAR   NOT NULL, -- Device that ran the model, such as cpu
    status            VARCHAR   NOT NULL CHECK (status IN ('running', 'complete', 'cancelled', 'failed')), -- running, complete, cancelled or failed
    questions         INTEGER   NOT NULL, -- Number of questions the run is to answer
    started_at        TIMESTAMP NOT NULL, -- Start, UTC
    finished_at       TIMESTAMP, -- End, UTC; NULL while the run is unfinished
    compute_seconds   DOUBLE, -- Time of computing, in seconds, without pauses before the run was resumed; NULL while the run is unfinished, if a cluster computed it or an import has no value
    gatehouse_version VARCHAR   NOT NULL, -- Version of Gatehouse that made the run
    probabilities     VARCHAR   NOT NULL DEFAULT 'none', -- Tokens whose whole gate was recorded in router_probabilities: none, last_prompt or all
    norms             BOOLEAN   NOT NULL DEFAULT false, -- Whether the norms of the selected experts' outputs were recorded in expert_norms
    lookahead         INTEGER[] NOT NULL DEFAULT [], -- Distances, in layers with experts, at which the choice of the routers from an earlier state was recorded in token_routing; empty if at none
    interventions     VARCHAR   NOT NULL DEFAULT '', -- What was changed about the routing while the model ran; empty if nothing was
    source            VARCHAR   NOT NULL DEFAULT 'gatehouse', -- gatehouse for runs of its own engine; else the kind of files that the run was imported from, such as vllm
    skipped_questions INTEGER   NOT NULL DEFAULT 0, -- Number of questions of the quiz that were left out because their prompts are longer than the context of the model
    shortened_prompts INTEGER   NOT NULL DEFAULT 0, -- Number of prompts with fewer solved examples than shots, because they would be longer than the context of the model
    storage           VARCHAR   NOT NULL DEFAULT '', -- Formats that the weights of the checkpoint are stored in, the one with the most bytes first, such as MXFP4, BF16; hidden states are never quantised; empty if unknown
    max_new_tokens    INTEGER, -- Maximum number of tokens to generate after each prompt; NULL if it generated none or an import has no value
    sampling          VARCHAR, -- How the tokens were chosen: greedy (the most probable one each time) or random (drawn), with its settings, such as random temperature=0.7 top_p=0.9 seed=0; NULL if none were or an import has no value
    answer_rule       VARCHAR, -- Rule by which the answer was found in the generated text, such as choice; NULL if it was read from the logits at the last prompt token or an import has no value
    answer_match      VARCHAR, -- How the answer that was found is compared with the correct one: exact or number; NULL without a rule
    stop              VARCHAR[] NOT NULL DEFAULT [], -- Texts that end a generated text; empty if there are none
    step              BIGINT, -- Step of the series that the run belongs to, such as the training step of its checkpoint; NULL if there is none
    note              VARCHAR   NOT NULL DEFAULT '', -- What people wrote about the run; empty if nothing
    tags              VARCHAR[] NOT NULL DEFAULT [] -- Words by which people sort runs; empty if there are none
);

-- Layers of one model can differ in all of this, so it belongs to the layer and not to the run.
CREATE TABLE layers ( -- One row per run and layer of its model
    run_id       INTEGER  NOT NULL, -- The run
    layer        SMALLINT NOT NULL, -- Layer of the model, from 0
    kind         VARCHAR  CHECK (kind IN ('dense', 'moe', 'attention', 'state_space')), -- dense (one feed-forward block), moe (a router and experts), attention (no feed-forward block) or state_space; NULL if an import has no value
    experts      INTEGER, -- Number of experts; NULL where the layer has none or an import has no value
    top_k        INTEGER, -- Number of experts that each token is sent to, after interventions; NULL where the layer has none or an import has no value
    router       VARCHAR, -- Function that turns the scores of the router into probabilities, such as softmax; NULL where the layer has no router or an import has no value
    router_scale DOUBLE, -- Factor of the weights of the experts; NULL where the layer has no router or an import has no value
    renormalised BOOLEAN, -- Whether the weights of a token are divided by their sum; NULL where the layer has no router or an import has no value
    expert_bytes BIGINT -- Size of an expert in the checkpoint, in bytes; NULL where the layer has none, where some have no weights, or where an import has no value
);

-- The ledger: a shard of questions is listed here exactly when all of its rows are in the file.
CREATE TABLE run_shards ( -- One row per committed shard of a run: the ledger that says what the file holds whole
    run_id       INTEGER   NOT NULL, -- The run
    shard        INTEGER   NOT NULL, -- Number of the shard within the run, from 0
    questions    INTEGER   NOT NULL, -- Number of questions, each with one row in answers
    tokens       BIGINT    NOT NULL, -- Number of rows in tokens
    routing_rows BIGINT    NOT NULL, -- Number of rows in token_routing
    committed_at TIMESTAMP NOT NULL, -- Time of the commit, UTC
    seconds      DOUBLE, -- Time from the start of the write before, or of the process, to the start of this one; of shards that share a commit each has the same part; NULL if a cluster computed the shard or an import has no value
    question_ids INTEGER[] NOT NULL -- The questions, in rising order
);

-- An unfinished run can be resumed only with the same definition.
CREATE TABLE run_definitions ( -- One row per run and property of it: everything that decides what the run computes and keeps
    run_id   INTEGER NOT NULL, -- The run
    property VARCHAR NOT NULL, -- What it is, such as fingerprint or shots
    value    VARCHAR NOT NULL, -- Its value, as text
    PRIMARY KEY (run_id, property)
);

CREATE TABLE questions ( -- One row per question of a quiz
    question_id INTEGER   NOT NULL, -- Number of the question, unique in this file over all quizzes
    quiz        VARCHAR   NOT NULL, -- Name of the quiz, as in runs.quiz
    subject     VARCHAR   NOT NULL, -- Subject within the quiz
    ordinal     INTEGER   NOT NULL, -- Position of the question within its subject's file, from 1
    question    VARCHAR   NOT NULL, -- Text of the question without the choices
    choices     VARCHAR[] NOT NULL, -- Texts of the choices, A first; empty if the answer is free
    answer      VARCHAR   NOT NULL -- Letter of the correct choice; the correct answer if the question has no choices
);

CREATE TABLE question_attributes ( -- One row per question and additional column of its quiz
    question_id INTEGER NOT NULL, -- The question
    name        VARCHAR NOT NULL, -- Name of the column
    value       VARCHAR NOT NULL -- Its value, as text
);

CREATE TABLE answers ( -- One row per run, question and sample: what the model answered
    run_id            INTEGER  NOT NULL, -- The run
    question_id       INTEGER  NOT NULL, -- The question
    sample            SMALLINT NOT NULL DEFAULT 0, -- Number of the answer among those that the model sampled for the question, from 0
    predicted         VARCHAR, -- Letter with the largest log-probability at the last prompt token, or the answer in the generated text (runs.answer_rule); NULL if that has none or an import has no value
    correct           BOOLEAN  NOT NULL, -- Whether predicted is the correct answer
    log_probabilities FLOAT[], -- Natural log-probability of each letter over the whole vocabulary, A first; NULL if the answer was found in a generated text or an import has no value
    top_token_id      INTEGER, -- Id of the most probable next token of all; NULL if an import has no value
    top_token         VARCHAR, -- Text of the most probable next token of all; NULL if an import has no value
    prompt_tokens     INTEGER  NOT NULL -- Length of the prompt in tokens
);

CREATE TABLE generations ( -- One row per run, question and sample of runs that generated text: what the model wrote after the prompt
    run_id        INTEGER  NOT NULL, -- The run
    question_id   INTEGER  NOT NULL, -- The question
    sample        SMALLINT NOT NULL DEFAULT 0, -- Number of the text among those that the model sampled to the question, from 0
    text          VARCHAR  NOT NULL, -- The text, without the token that ended it; bytes that are not a whole character appear as U+FFFD
    tokens        INTEGER  NOT NULL, -- Number of generated tokens, the one that ended the text included
    finish_reason VARCHAR  NOT NULL CHECK (finish_reason IN ('end_token', 'stop', 'length')), -- end_token (an end token of the model), stop (a text that was to end it) or length (max_new_tokens)
    extracted     VARCHAR, -- Answer that was found in the text, as it is written there; NULL if none was looked for or found
    correct       BOOLEAN, -- Whether that is the correct answer; NULL if none was looked for
    seconds       DOUBLE   NOT NULL -- Time from the start of the prompt to the last token, while other texts of the run were generated, too
);

-- The compression of each column is given, because DuckDB would try several. Texts of tokens have none: to find their
-- dictionary took a twentieth of the time of the writer, and they are grouped as fast without.
CREATE TABLE tokens ( -- One row per run, question and token: those of the prompt, and those that the model sampled
    run_id          INTEGER  NOT NULL USING COMPRESSION RLE, -- The run
    question_id     INTEGER  NOT NULL USING COMPRESSION RLE, -- The question
    sample          SMALLINT NOT NULL DEFAULT 0 USING COMPRESSION RLE, -- Number of the answer that the token belongs to, as in answers.sample; 0 for tokens of the prompt
    "position"      INTEGER  NOT NULL USING COMPRESSION BITPACKING, -- Position of the token, from 0; generated ones continue the prompt
    phase           VARCHAR  NOT NULL USING COMPRESSION DICT_FSST, -- prompt for tokens of the prompt, generated for tokens that the model sampled
    is_last_prompt  BOOLEAN  NOT NULL USING COMPRESSION RLE, -- Whether the token is the last one of the prompt, at which the model answers
    segment         VARCHAR  USING COMPRESSION DICT_FSST, -- Part of the text that the token belongs to: system, instruction, example, question, choice, cue, reasoning, answer or other; NULL if unknown
    token_id        INTEGER  NOT NULL USING COMPRESSION BITPACKING, -- Id in the vocabulary of the model
    token           VARCHAR  NOT NULL USING COMPRESSION UNCOMPRESSED, -- Text of the token; bytes that are not a whole character appear as U+FFFD
    log_probability FLOAT -- Natural log-probability of the token over the whole vocabulary, given all tokens before it; NULL for tokens of the prompt and if an import has no value
);

-- The facts behind token_routing and activations. The rows of a shard are contiguous, ordered by layer, question, position.
CREATE TABLE decisions ( -- One row per run, question, token and mixture-of-experts layer: one decision of a router, in whole numbers of small units
    run_id         INTEGER    NOT NULL USING COMPRESSION RLE, -- The run
    question_id    INTEGER    NOT NULL USING COMPRESSION RLE, -- The question
    "position"     INTEGER    NOT NULL USING COMPRESSION BITPACKING, -- Position of the token, from 0; generated ones continue the prompt
    layer          SMALLINT   NOT NULL USING COMPRESSION RLE, -- Layer of the model, from 0
    is_generated   BOOLEAN    NOT NULL DEFAULT false USING COMPRESSION RLE, -- Whether the model sampled the token; else it is of the prompt
    is_last_prompt BOOLEAN    NOT NULL USING COMPRESSION RLE, -- Whether the token is the last one of the prompt, at which the model answers
    ${ranks : expert_# SMALLINT USING COMPRESSION BITPACKING, -- Expert of rank #; NULL if the layer selects fewer}
    ${ranks : weight_# INTEGER USING COMPRESSION BITPACKING, -- Weight that multiplies the output of expert_#, in units of 2^-16; NULL if an import has no value}
    more_ranks     STRUCT(expert SMALLINT, weight INTEGER)[], -- Experts and weights of the ranks above ${ranks}, in the order of rank, in the units of the columns; NULL if there are none
    rank_details   STRUCT(score FLOAT, lookahead_1 SMALLINT, lookahead_2 SMALLINT)[], -- What some runs record of each rank: the score by which its expert was chosen, if that is not its probability, and the experts that the router would have chosen from what the blocks of the one and of the two layers with experts before read; NULL if nothing of it is recorded
    entropy        SMALLINT   USING COMPRESSION BITPACKING, -- Entropy of the gate over all experts, in units of 2^-10 nats; NULL if an import has no value
    spare_mass     SMALLINT   USING COMPRESSION BITPACKING, -- Probability of the top-k experts together minus the sum of their weights, in units of 2^-10: 0 unless the model renormalises; NULL if an import has no value
    margin         INTEGER    USING COMPRESSION BITPACKING, -- Selection score of the last chosen expert minus that of the next one, in units of 2^-20; NULL if an import has no value
    ranked         BOOLEAN    NOT NULL DEFAULT true USING COMPRESSION RLE -- Whether the source says which expert comes first; else the experts stand in no order
);

CREATE VIEW routing ( -- One row per run, question, token and mixture-of-experts layer: one decision of a router, in whole numbers of small units
    run_id NOT NULL, -- The run
    question_id NOT NULL, -- The question
    "position" NOT NULL, -- Position of the token, from 0; generated ones continue the prompt
    layer NOT NULL, -- Layer of the model, from 0
    is_generated NOT NULL, -- Whether the model sampled the token; else it is of the prompt
    is_last_prompt NOT NULL, -- Whether the token is the last one of the prompt, at which the model answers
    experts NOT NULL, -- The top-k experts, the one with the largest selection score first
    weights, -- Weight that multiplies the output of each of those experts, same order, in units of 2^-16; NULL if an import has no value
    scores, -- Score by which each of those experts was chosen, same order, if it is not its probability; NULL if it is, or if an import has no value
    lookahead_1, -- Experts that the router would have chosen from what the block of the layer with experts before read, the one with the largest selection score first; NULL if not recorded or there is no such layer
    lookahead_2, -- The same from what the block of the layer with experts before that one read; NULL likewise
    entropy, -- Entropy of the gate over all experts, in units of 2^-10 nats; NULL if an import has no value
    spare_mass, -- Probability of the top-k experts together minus the sum of their weights, in units of 2^-10: 0 unless the model renormalises; NULL if an import has no value
    margin, -- Selection score of the last chosen expert minus that of the next one, in units of 2^-20; NULL if an import has no value
    ranked NOT NULL -- Whether the source says which expert comes first; else the experts stand in no order
) AS
SELECT
    run_id,
    question_id,
    "position",
    layer,
    is_generated,
    is_last_prompt,
    ${list expert_#} AS experts,
    ${list weight_#} AS weights,
    ${detail score} AS scores,
    ${detail lookahead_1} AS lookahead_1,
    ${detail lookahead_2} AS lookahead_2,
    entropy,
    spare_mass,
    margin,
    ranked
FROM decisions;

CREATE VIEW token_routing ( -- One row per run, question, token and mixture-of-experts layer: one decision of a router
    run_id NOT NULL, -- The run
    question_id NOT NULL, -- The question
    "position" NOT NULL, -- Position of the token, from 0; generated ones continue the prompt
    layer NOT NULL, -- Layer of the model, from 0
    phase NOT NULL, -- prompt for tokens of the prompt, generated for tokens that the model sampled
    is_last_prompt NOT NULL, -- Whether the token is the last one of the prompt, at which the model answers
    experts NOT NULL, -- The top-k experts, the one with the largest selection score first
    weights, -- Weight that multiplies the output of each of those experts, same order, within 0.000008; sums to 1 only where the model renormalises; NULL if an import has no value
    scores, -- Score by which each of those experts was chosen, same order, if it is not its probability; NULL if it is, or if an import has no value
    lookahead_1, -- Experts that the router would have chosen from what the block of the layer with experts before read, the one with the largest selection score first; NULL if not recorded or there is no such layer
    lookahead_2, -- The same from what the block of the layer with experts before that one read; NULL likewise
    entropy, -- Entropy of the gate over all experts, in nats, within 0.0005: -sum p ln p; uniform is ln(experts); NULL if an import has no value
    top_k_entropy, -- Entropy over the top-k experts after renormalising their probabilities to 1, in nats; uniform is ln(top_k); NULL if an import has no value
    mass, -- Probability that the gate gives to the top-k experts together, 0 to 1, within 0.0006; NULL if an import has no value
    margin -- Selection score of the last chosen expert minus that of the next one, within 0.0000005: small where another expert was nearly chosen; NULL if an import has no value
) AS
SELECT
    run_id,
    question_id,
    "position",
    layer,
    ${phase} AS phase,
    is_last_prompt,
    ${list expert_#} AS experts,
    ${list CAST(weight_# AS FLOAT) / CAST(${weight} AS FLOAT)} AS weights,
    ${detail score} AS scores,
    ${detail lookahead_1} AS lookahead_1,
    ${detail lookahead_2} AS lookahead_2,
    CAST(entropy AS FLOAT) / CAST(${entropy} AS FLOAT) AS entropy,
    CAST(CASE
        WHEN weight_1 IS NULL THEN NULL
        WHEN weight > 0 THEN greatest(0.0, ln(weight) - (
            ${ranks +: CASE WHEN weight_# > 0 THEN weight_# * ln(weight_#) ELSE 0.0 END}
            + coalesce(list_sum(list_transform(more_ranks, lambda r: CASE WHEN r.weight > 0 THEN r.weight * ln(r.weight) ELSE 0.0 END)), 0.0)
        ) / weight)
        ELSE 0.0
    END AS FLOAT) AS top_k_entropy,
    CAST(CASE WHEN weight_1 IS NOT NULL THEN weight / ${weight}.0 + spare_mass / ${entropy}.0 END AS FLOAT) AS mass,
    CAST(margin AS FLOAT) / CAST(${margin} AS FLOAT) AS margin
FROM (
    SELECT
        *,
        CAST(0 AS BIGINT) + ${ranks +: coalesce(weight_#, 0)}
            + coalesce(list_sum(list_transform(more_ranks, lambda r: r.weight)), 0) AS weight
    FROM decisions
);

CREATE VIEW activations ( -- One row per run, question, token, layer and rank: one expert that fired. The fact table
    run_id NOT NULL, -- The run
    question_id NOT NULL, -- The question
    "position" NOT NULL, -- Position of the token, from 0; generated ones continue the prompt
    layer NOT NULL, -- Layer of the model, from 0
    phase NOT NULL, -- prompt for tokens of the prompt, generated for tokens that the model sampled
    is_last_prompt NOT NULL, -- Whether the token is the last one of the prompt, at which the model answers
    "rank", -- Place of the expert among the top-k of its token, 1 for the largest selection score; NULL if an import has no value
    expert NOT NULL, -- Expert of the layer, from 0
    weight -- Weight that multiplies the output of the expert, within 0.000008; NULL if an import has no value
) AS
${ranks UNION ALL: SELECT
    run_id,
    question_id,
    "position",
    layer,
    ${phase} AS phase,
    is_last_prompt,
    CASE WHEN ranked THEN CAST(# AS SMALLINT) END AS "rank",
    expert_# AS expert,
    CAST(weight_# AS FLOAT) / CAST(${weight} AS FLOAT) AS weight
FROM decisions
WHERE expert_# IS NOT NULL}
UNION ALL
SELECT
    run_id,
    question_id,
    "position",
    layer,
    ${phase} AS phase,
    is_last_prompt,
    CASE WHEN ranked THEN CAST(${ranks} + place AS SMALLINT) END AS "rank",
    of_rank.expert AS expert,
    CAST(of_rank.weight AS FLOAT) / CAST(${weight} AS FLOAT) AS weight
FROM (
    SELECT *, unnest(more_ranks) AS of_rank, generate_subscripts(more_ranks, 1) AS place
    FROM decisions
    WHERE more_ranks IS NOT NULL
);

-- Only for runs that record them.
CREATE TABLE expert_norms ( -- One row per run, question, token and layer, of runs that recorded norms: how large the outputs of the selected experts were
    run_id      INTEGER  NOT NULL USING COMPRESSION RLE, -- The run
    question_id INTEGER  NOT NULL USING COMPRESSION RLE, -- The question
    "position"  INTEGER  NOT NULL USING COMPRESSION BITPACKING, -- Position of the token, from 0; generated ones continue the prompt
    layer       SMALLINT NOT NULL USING COMPRESSION RLE, -- Layer of the model, from 0
    norms       FLOAT[]  NOT NULL -- Euclidean norm of the output of each top-k expert before its weight is applied, in the order of token_routing.experts
);

-- Only for runs that record them.
CREATE TABLE gates ( -- One row per run, question, token and layer, of runs that recorded all probabilities: the whole gate, in whole numbers of a small unit
    run_id      INTEGER   NOT NULL USING COMPRESSION RLE, -- The run
    question_id INTEGER   NOT NULL USING COMPRESSION RLE, -- The question
    "position"  INTEGER   NOT NULL USING COMPRESSION BITPACKING, -- Position of the token, from 0; generated ones continue the prompt
    layer       SMALLINT  NOT NULL USING COMPRESSION RLE, -- Layer of the model, from 0
    gates       INTEGER[] NOT NULL -- Probability of every expert, expert 0 first, in units of 2^-22
);

CREATE VIEW router_probabilities ( -- One row per run, question, token and layer, of runs that recorded all probabilities: the whole gate
    run_id NOT NULL, -- The run
    question_id NOT NULL, -- The question
    "position" NOT NULL, -- Position of the token, from 0; generated ones continue the prompt
    layer NOT NULL, -- Layer of the model, from 0
    probabilities NOT NULL -- Probability of every expert, expert 0 first, within 0.0000002; sums to 1
) AS
SELECT
    run_id,
    question_id,
    "position",
    layer,
    list_transform(gates, lambda p: CAST(p AS FLOAT) / CAST(${probability} AS FLOAT)) AS probabilities
FROM gates;

-- Additive per question and written in the transaction of its facts, so it is never stale.
CREATE TABLE usage ( -- One row per run, question, layer, phase, is_last_prompt and expert that fired: the rollup of activations, in whole numbers of small units
    run_id         INTEGER  NOT NULL USING COMPRESSION RLE, -- The run
    question_id    INTEGER  NOT NULL USING COMPRESSION RLE, -- The question
    layer          SMALLINT NOT NULL USING COMPRESSION RLE, -- Layer of the model, from 0
    is_generated   BOOLEAN  NOT NULL DEFAULT false USING COMPRESSION RLE, -- Whether tokens that the model sampled are counted; else tokens of the prompt
    is_last_prompt BOOLEAN  NOT NULL USING COMPRESSION RLE, -- Whether the last token of the prompt is counted; else the other tokens of the phase
    expert         SMALLINT NOT NULL USING COMPRESSION BITPACKING, -- Expert of the layer, from 0
    n              INTEGER  NOT NULL USING COMPRESSION BITPACKING, -- Number of activations
    weight         BIGINT   USING COMPRESSION BITPACKING -- Sum of their weights, in units of 2^-16; NULL if an import has no value
);

CREATE VIEW question_usage ( -- One row per run, question, layer, phase, is_last_prompt and expert that fired: the rollup of activations
    run_id NOT NULL, -- The run
    question_id NOT NULL, -- The question
    layer NOT NULL, -- Layer of the model, from 0
    expert NOT NULL, -- Expert of the layer, from 0
    phase NOT NULL, -- prompt where tokens of the prompt are counted, generated where tokens that the model sampled are
    is_last_prompt NOT NULL, -- Whether the last token of the prompt is counted; else the other tokens of the phase
    n NOT NULL, -- Number of activations
    weight_sum -- Sum of their weights; NULL if an import has no value
) AS
SELECT
    run_id,
    question_id,
    layer,
    expert,
    ${phase} AS phase,
    is_last_prompt,
    n,
    weight / ${weight}.0 AS weight_sum
FROM usage;

-- Counts without activations: their source does not say which tokens they count.
CREATE TABLE expert_counts ( -- One row per run, subject, layer and expert of runs that were imported from counts alone, experts that never fired included
    run_id  INTEGER  NOT NULL, -- The run
    subject VARCHAR  NOT NULL, -- Domain or dataset that was counted; empty where the source does not say
    layer   SMALLINT NOT NULL, -- Layer of the model, from 0
    expert  SMALLINT NOT NULL, -- Expert of the layer, from 0
    n       BIGINT   NOT NULL -- Number of tokens that were routed to the expert
);

-- These describe the weights of a checkpoint, not a run: all runs of one checkpoint share them.
CREATE TABLE expert_weights ( -- One row per checkpoint whose weights were read, layer and expert: how large its weights are
    fingerprint    VARCHAR  NOT NULL, -- The checkpoint, as in runs.fingerprint
    layer          SMALLINT NOT NULL, -- Layer of the model, from 0
    expert         SMALLINT NOT NULL, -- Expert of the layer, from 0
    router_norm    DOUBLE   NOT NULL, -- Euclidean norm of the expert's row of the router, its gate embedding
    gate_proj_norm DOUBLE   NOT NULL, -- Frobenius norm of the gate projection of its SwiGLU
    up_proj_norm   DOUBLE   NOT NULL, -- Frobenius norm of its up projection
    down_proj_norm DOUBLE   NOT NULL -- Frobenius norm of its down projection
);

CREATE TABLE expert_weight_pairs ( -- One row per checkpoint whose weights were read, layer and pair of its experts: how alike their weights are
    fingerprint      VARCHAR  NOT NULL, -- The checkpoint, as in runs.fingerprint
    layer            SMALLINT NOT NULL, -- Layer of the model, from 0
    expert           SMALLINT NOT NULL, -- The one expert, from 0
    other_expert     SMALLINT NOT NULL, -- The other one, of a larger number
    router_cosine    DOUBLE, -- Cosine of their rows of the router; NULL if one of them is 0
    gate_proj_cosine DOUBLE, -- Cosine of their gate projections, each as one long vector; NULL if one of them is 0
    up_proj_cosine   DOUBLE, -- Cosine of their up projections; NULL if one of them is 0
    down_proj_cosine DOUBLE -- Cosine of their down projections; NULL if one of them is 0
);

CREATE VIEW model_experts ( -- One row per run, layer and expert, of runs whose checkpoint's weights were read (gatehouse model DIR --db FILE): how large the weights of the expert are
    run_id NOT NULL, -- The run
    layer NOT NULL, -- Layer of the model, from 0
    expert NOT NULL, -- Expert of the layer, from 0
    router_norm NOT NULL, -- Euclidean norm of the expert's row of the router, its gate embedding
    gate_proj_norm NOT NULL, -- Frobenius norm of the gate projection of its SwiGLU
    up_proj_norm NOT NULL, -- Frobenius norm of its up projection
    down_proj_norm NOT NULL -- Frobenius norm of its down projection
) AS
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

-- A note is about an expert of a model, and so of all runs of its checkpoint, or about an expert in one run.
CREATE TABLE notes ( -- One row per note that somebody wrote on an expert
    note_id     INTEGER   NOT NULL, -- Number of the note, unique in this file
    fingerprint VARCHAR, -- The checkpoint, as in runs.fingerprint; NULL if the note is about one run
    only_run    INTEGER, -- The run; NULL if the note is about all runs of the checkpoint
    layer       SMALLINT  NOT NULL, -- Layer of the expert, from 0
    expert      SMALLINT  NOT NULL, -- The expert, from 0
    label       VARCHAR   NOT NULL, -- A few words that say what the expert does
    text        VARCHAR   NOT NULL, -- The note; may be empty
    written_at  TIMESTAMP NOT NULL -- When it was written or changed last, UTC
);

CREATE VIEW expert_notes ( -- One row per run and note on an expert of its model
    run_id NOT NULL, -- The run
    layer NOT NULL, -- Layer of the model, from 0
    expert NOT NULL, -- Expert of the layer, from 0
    label NOT NULL, -- A few words that say what the expert does
    text NOT NULL, -- The note; may be empty
    of_model NOT NULL, -- Whether the note is about all runs of the checkpoint and not only about this one
    written_at NOT NULL, -- When it was written or changed last, UTC
    note_id NOT NULL -- Number of the note, by which it is changed or deleted
) AS
SELECT
    r.run_id,
    n.layer,
    n.expert,
    n.label,
    n.text,
    n.only_run IS NULL AS of_model,
    n.written_at,
    n.note_id
FROM notes AS n
JOIN runs AS r ON r.run_id = n.only_run OR r.fingerprint = n.fingerprint;

-- The queries of users. Deleting runs does not change them.
CREATE TABLE saved_queries ( -- One row per query that somebody kept under a name
    name        VARCHAR   NOT NULL PRIMARY KEY, -- Name of the query, unique in this file
    sql         VARCHAR   NOT NULL, -- Its text
    description VARCHAR   NOT NULL, -- What it is for; may be empty
    created_at  TIMESTAMP NOT NULL, -- When it was kept first, UTC
    changed_at  TIMESTAMP NOT NULL -- When it was changed last, UTC
);

CREATE TABLE query_history ( -- One row per query that a server ran on this file; old ones are deleted after 10,000 more
    query_id   VARCHAR   NOT NULL, -- Id that the server or the client gave the query; of queries with the same one the newest counts
    sql        VARCHAR   NOT NULL, -- Its text
    started_at TIMESTAMP NOT NULL, -- Start, UTC
    elapsed_ms DOUBLE    NOT NULL, -- Milliseconds until its last row was sent, or it failed
    state      VARCHAR   NOT NULL, -- finished, failed or cancelled
    rows       BIGINT    NOT NULL, -- Number of rows sent
    error      VARCHAR -- Code and message of the error; NULL if there was none
);
