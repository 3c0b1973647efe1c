-- From schema version 1 to 2: routing in whole numbers of small units, rollups per subject and layer, what defines a
-- run, and room for norms and whole gates.
DROP VIEW experts;
DROP VIEW activations;
DROP TABLE question_usage;
ALTER TABLE token_routing RENAME TO routing_1;
COMMENT ON COLUMN runs.fingerprint IS 'SHA-256 of config.json, tokenizer.json, the headers and sizes of the weight files and samples of the weights, in hex';

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

-- The facts behind token_routing and activations. Rows of a shard stand together, ordered by layer, question, position.
CREATE TABLE routing (
    run_id      INTEGER    NOT NULL USING COMPRESSION RLE,
    question_id INTEGER    NOT NULL USING COMPRESSION RLE,
    "position"  INTEGER    NOT NULL USING COMPRESSION BITPACKING,
    layer       SMALLINT   NOT NULL USING COMPRESSION RLE,
    last        BOOLEAN    NOT NULL USING COMPRESSION RLE,
    experts     SMALLINT[] NOT NULL,
    weights     INTEGER[]  NOT NULL,
    entropy     SMALLINT   NOT NULL USING COMPRESSION BITPACKING,
    spare_mass  SMALLINT   NOT NULL USING COMPRESSION BITPACKING,
    margin      INTEGER    NOT NULL USING COMPRESSION BITPACKING
);
COMMENT ON TABLE routing IS 'One row per run, question, prompt token and mixture-of-experts layer: one decision of a router, in whole numbers of small units';
COMMENT ON COLUMN routing.run_id IS 'The run';
COMMENT ON COLUMN routing.question_id IS 'The question';
COMMENT ON COLUMN routing."position" IS 'Position of the token in the prompt, from 0';
COMMENT ON COLUMN routing.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN routing.last IS 'Whether the token is the last one of its prompt, the one that answers';
COMMENT ON COLUMN routing.experts IS 'The top-k experts, the most probable first';
COMMENT ON COLUMN routing.weights IS 'Weight that multiplies the output of each of those experts, same order, in units of 2^-16';
COMMENT ON COLUMN routing.entropy IS 'Entropy of the gate over all experts, in units of 2^-10 nats';
COMMENT ON COLUMN routing.spare_mass IS 'Probability of the top-k experts together minus the sum of their weights, in units of 2^-10: 0 unless the model renormalises';
COMMENT ON COLUMN routing.margin IS 'Probability of the k-th expert minus that of the next one, in units of 2^-20';

CREATE VIEW token_routing AS
SELECT
    run_id,
    question_id,
    "position",
    layer,
    CASE WHEN last THEN 'last_prompt' ELSE 'prompt' END AS scope,
    experts,
    list_transform(weights, lambda w: CAST(w AS FLOAT) / CAST(65536 AS FLOAT)) AS weights,
    CAST(entropy AS FLOAT) / CAST(1024 AS FLOAT) AS entropy,
    CAST(CASE
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
COMMENT ON COLUMN token_routing.scope IS 'last_prompt for the last token of the prompt, the one that answers; prompt for all before it';
COMMENT ON COLUMN token_routing.experts IS 'The top-k experts, the most probable first';
COMMENT ON COLUMN token_routing.weights IS 'Weight that multiplies the output of each of those experts, same order, within 0.000008; sums to 1 only where the model renormalises';
COMMENT ON COLUMN token_routing.entropy IS 'Entropy of the gate over all experts, in nats, within 0.0005: -sum p ln p; uniform is ln(experts)';
COMMENT ON COLUMN token_routing.top_k_entropy IS 'Entropy over the top-k experts after renormalising their weights to 1, in nats; uniform is ln(top_k)';
COMMENT ON COLUMN token_routing.mass IS 'Probability that the gate gives to the top-k experts together, 0 to 1, within 0.0006';
COMMENT ON COLUMN token_routing.margin IS 'Probability of the k-th expert minus that of the next one, within 0.0000005: how near the choice was to another';

CREATE VIEW activations AS
SELECT
    run_id,
    question_id,
    "position",
    layer,
    CASE WHEN last THEN 'last_prompt' ELSE 'prompt' END AS scope,
    CAST(unnest(range(1, len(experts) + 1)) AS SMALLINT) AS "rank",
    unnest(experts) AS expert,
    CAST(unnest(weights) AS FLOAT) / CAST(65536 AS FLOAT) AS weight
FROM routing;
COMMENT ON VIEW activations IS 'One row per run, question, prompt token, layer and rank: one expert that fired. The fact table';
COMMENT ON COLUMN activations.run_id IS 'The run';
COMMENT ON COLUMN activations.question_id IS 'The question';
COMMENT ON COLUMN activations."position" IS 'Position of the token in the prompt, from 0';
COMMENT ON COLUMN activations.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN activations.scope IS 'last_prompt for the last token of the prompt, the one that answers; prompt for all before it';
COMMENT ON COLUMN activations."rank" IS 'Place of the expert among the top-k of its token, 1 for the most probable';
COMMENT ON COLUMN activations.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN activations.weight IS 'Weight that multiplies the output of the expert, within 0.000008';

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
    run_id      INTEGER  NOT NULL USING COMPRESSION RLE,
    question_id INTEGER  NOT NULL USING COMPRESSION RLE,
    layer       SMALLINT NOT NULL USING COMPRESSION RLE,
    last        BOOLEAN  NOT NULL USING COMPRESSION RLE,
    expert      SMALLINT NOT NULL USING COMPRESSION BITPACKING,
    n           INTEGER  NOT NULL USING COMPRESSION BITPACKING,
    weight      BIGINT   NOT NULL USING COMPRESSION BITPACKING
);
COMMENT ON TABLE usage IS 'One row per run, question, layer, scope and expert that fired: the rollup of activations, in whole numbers of small units';
COMMENT ON COLUMN usage.run_id IS 'The run';
COMMENT ON COLUMN usage.question_id IS 'The question';
COMMENT ON COLUMN usage.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN usage.last IS 'Whether the last prompt token is counted, or all before it';
COMMENT ON COLUMN usage.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN usage.n IS 'Number of activations';
COMMENT ON COLUMN usage.weight IS 'Sum of their weights, in units of 2^-16';

CREATE VIEW question_usage AS
SELECT
    run_id,
    question_id,
    layer,
    expert,
    CASE WHEN last THEN 'last_prompt' ELSE 'prompt' END AS scope,
    n,
    weight / 65536.0 AS weight_sum
FROM usage;
COMMENT ON VIEW question_usage IS 'One row per run, question, layer, scope and expert that fired: the rollup of activations';
COMMENT ON COLUMN question_usage.run_id IS 'The run';
COMMENT ON COLUMN question_usage.question_id IS 'The question';
COMMENT ON COLUMN question_usage.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN question_usage.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN question_usage.scope IS 'last_prompt for the last token of the prompt, the one that answers; prompt for all before it';
COMMENT ON COLUMN question_usage.n IS 'Number of activations';
COMMENT ON COLUMN question_usage.weight_sum IS 'Sum of their weights';

-- Derived from question_usage, and brought up to date in the transaction that adds to it. Sums of whole numbers of the
-- units, so that the order of adding does not matter.
CREATE TABLE subject_usage (
    run_id            INTEGER  NOT NULL,
    subject           VARCHAR  NOT NULL,
    layer             SMALLINT NOT NULL,
    expert            SMALLINT NOT NULL,
    scope             VARCHAR  NOT NULL,
    n                 BIGINT   NOT NULL,
    weight_sum        DOUBLE   NOT NULL,
    weight_square_sum DOUBLE   NOT NULL
);
COMMENT ON TABLE subject_usage IS 'One row per run, subject, layer, scope and expert that fired: the rollup of question_usage';
COMMENT ON COLUMN subject_usage.run_id IS 'The run';
COMMENT ON COLUMN subject_usage.subject IS 'Subject within the quiz';
COMMENT ON COLUMN subject_usage.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN subject_usage.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN subject_usage.scope IS 'last_prompt for the last token of each prompt, the one that answers; prompt for all before it';
COMMENT ON COLUMN subject_usage.n IS 'Number of activations';
COMMENT ON COLUMN subject_usage.weight_sum IS 'Sum of their weights';
COMMENT ON COLUMN subject_usage.weight_square_sum IS 'Sum of the squares of their weights';

CREATE TABLE layer_usage (
    run_id            INTEGER  NOT NULL,
    layer             SMALLINT NOT NULL,
    expert            SMALLINT NOT NULL,
    scope             VARCHAR  NOT NULL,
    n                 BIGINT   NOT NULL,
    weight_sum        DOUBLE   NOT NULL,
    weight_square_sum DOUBLE   NOT NULL
);
COMMENT ON TABLE layer_usage IS 'One row per run, layer, scope and expert that fired: the rollup of subject_usage';
COMMENT ON COLUMN layer_usage.run_id IS 'The run';
COMMENT ON COLUMN layer_usage.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN layer_usage.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN layer_usage.scope IS 'last_prompt for the last token of each prompt, the one that answers; prompt for all before it';
COMMENT ON COLUMN layer_usage.n IS 'Number of activations';
COMMENT ON COLUMN layer_usage.weight_sum IS 'Sum of their weights';
COMMENT ON COLUMN layer_usage.weight_square_sum IS 'Sum of the squares of their weights';

CREATE TABLE layer_entropy (
    run_id            INTEGER  NOT NULL,
    layer             SMALLINT NOT NULL,
    scope             VARCHAR  NOT NULL,
    n                 BIGINT   NOT NULL,
    entropy_sum       DOUBLE   NOT NULL,
    top_k_entropy_sum DOUBLE   NOT NULL,
    mass_sum          DOUBLE   NOT NULL,
    margin_sum        DOUBLE   NOT NULL
);
COMMENT ON TABLE layer_entropy IS 'One row per run, layer and scope: the rollup of token_routing';
COMMENT ON COLUMN layer_entropy.run_id IS 'The run';
COMMENT ON COLUMN layer_entropy.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN layer_entropy.scope IS 'last_prompt for the last token of each prompt, the one that answers; prompt for all before it';
COMMENT ON COLUMN layer_entropy.n IS 'Number of tokens';
COMMENT ON COLUMN layer_entropy.entropy_sum IS 'Sum of the entropies of the gate over all experts, in nats';
COMMENT ON COLUMN layer_entropy.top_k_entropy_sum IS 'Sum of the entropies over the top-k experts, in nats, from weights before rounding';
COMMENT ON COLUMN layer_entropy.mass_sum IS 'Sum of the probabilities of the top-k experts together';
COMMENT ON COLUMN layer_entropy.margin_sum IS 'Sum of the margins';

-- The whole grid, so that an expert that never fires is a row with 0 and not a missing row.
CREATE VIEW experts AS
WITH grid AS (
    SELECT r.run_id, l.layer, r.scope AS recorded_scope, CAST(unnest(range(0, r.experts)) AS SMALLINT) AS expert
    FROM runs AS r
    JOIN (SELECT DISTINCT run_id, layer FROM layer_usage) AS l ON l.run_id = r.run_id
),
scoped AS (
    SELECT run_id, layer, expert, 'last_prompt' AS scope FROM grid
    UNION ALL
    SELECT run_id, layer, expert, 'prompt' AS scope FROM grid WHERE recorded_scope = 'prompt'
),
usage AS (
    SELECT run_id, layer, expert, scope, sum(n) AS n, sum(weight_sum) AS weight_sum
    FROM (
        SELECT run_id, layer, expert, 'prompt' AS scope, n, weight_sum FROM layer_usage
        UNION ALL
        SELECT run_id, layer, expert, scope, n, weight_sum FROM layer_usage WHERE scope = 'last_prompt'
    )
    GROUP BY run_id, layer, expert, scope
)
SELECT
    s.run_id,
    s.scope,
    s.layer,
    s.expert,
    CAST(coalesce(u.n, 0) AS BIGINT) AS activations,
    coalesce(u.weight_sum, 0.0) AS weight_sum
FROM scoped AS s
LEFT JOIN usage AS u
    ON u.run_id = s.run_id AND u.layer = s.layer AND u.expert = s.expert AND u.scope = s.scope;
COMMENT ON VIEW experts IS 'One row per run, scope, layer and expert, also for experts that never fired. Scope prompt counts every prompt token, the last one included; last_prompt only the last';
COMMENT ON COLUMN experts.run_id IS 'The run';
COMMENT ON COLUMN experts.scope IS 'Tokens counted: prompt (all of them, where the run recorded them) or last_prompt (the one that answers)';
COMMENT ON COLUMN experts.layer IS 'Layer of the model, from 0; layers without experts have no rows';
COMMENT ON COLUMN experts.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN experts.activations IS 'Number of tokens that were sent to the expert; 0 if it never fired';
COMMENT ON COLUMN experts.weight_sum IS 'Sum of the weights of those activations';

INSERT INTO run_definitions
UNPIVOT (
    SELECT
        run_id,
        fingerprint,
        prompt_format AS format,
        CAST(shots AS VARCHAR) AS shots,
        scope,
        precision_plan AS plan
    FROM runs
)
ON fingerprint, format, shots, scope, plan INTO NAME property VALUE value;

INSERT INTO routing BY NAME
SELECT
    run_id,
    question_id,
    "position",
    layer,
    scope = 'last_prompt' AS last,
    experts,
    list_transform(weights, lambda w: CAST(round(w * 65536) AS INTEGER)) AS weights,
    CAST(round(entropy * 1024) AS SMALLINT) AS entropy,
    CAST(round((mass - list_sum(weights)) * 1024) AS SMALLINT) AS spare_mass,
    CAST(round(margin * 1048576) AS INTEGER) AS margin
FROM routing_1;

INSERT INTO usage BY NAME
SELECT run_id, question_id, layer, last, expert, CAST(count(*) AS INTEGER) AS n, CAST(sum(weight) AS BIGINT) AS weight
FROM (SELECT run_id, question_id, layer, last, unnest(experts) AS expert, unnest(weights) AS weight FROM routing)
GROUP BY ALL
ORDER BY run_id, layer, question_id, last DESC, expert;

INSERT INTO subject_usage BY NAME
SELECT
    a.run_id,
    q.subject,
    a.layer,
    a.expert,
    a.scope,
    count(*) AS n,
    sum(CAST(a.weight AS DOUBLE)) AS weight_sum,
    sum(CAST(a.weight AS DOUBLE) * a.weight) AS weight_square_sum
FROM activations AS a
JOIN questions AS q ON q.question_id = a.question_id
GROUP BY ALL
ORDER BY ALL;

INSERT INTO layer_usage BY NAME
SELECT
    run_id,
    layer,
    expert,
    scope,
    CAST(sum(n) AS BIGINT) AS n,
    sum(weight_sum) AS weight_sum,
    sum(weight_square_sum) AS weight_square_sum
FROM subject_usage
GROUP BY ALL
ORDER BY ALL;

INSERT INTO layer_entropy BY NAME
SELECT
    t.run_id,
    t.layer,
    t.scope,
    count(*) AS n,
    sum(CAST(t.entropy AS DOUBLE)) AS entropy_sum,
    sum(CAST(o.top_k_entropy AS DOUBLE)) AS top_k_entropy_sum,
    sum(CAST(t.mass AS DOUBLE)) AS mass_sum,
    sum(CAST(t.margin AS DOUBLE)) AS margin_sum
FROM token_routing AS t
JOIN routing_1 AS o
    ON o.run_id = t.run_id AND o.question_id = t.question_id AND o."position" = t."position" AND o.layer = t.layer
GROUP BY ALL
ORDER BY ALL;

DROP TABLE routing_1;
UPDATE schema_version SET version = 2;
