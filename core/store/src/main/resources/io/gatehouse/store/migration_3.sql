-- From schema version 2 to 3: what runs recorded beside the decisions, further columns of quizzes, what people ask,
-- which questions a shard holds, and room for runs of other engines.
UPDATE schema_version SET version = 3;

ALTER TABLE runs ADD COLUMN probabilities VARCHAR DEFAULT 'none';
ALTER TABLE runs ALTER COLUMN probabilities SET NOT NULL;
ALTER TABLE runs ADD COLUMN norms BOOLEAN DEFAULT false;
ALTER TABLE runs ALTER COLUMN norms SET NOT NULL;
ALTER TABLE runs ADD COLUMN interventions VARCHAR DEFAULT '';
ALTER TABLE runs ALTER COLUMN interventions SET NOT NULL;
COMMENT ON COLUMN runs.probabilities IS 'Tokens whose whole gate was recorded in router_probabilities: none, last_prompt or all';
COMMENT ON COLUMN runs.norms IS 'Whether the norms of the chosen experts'' outputs were recorded in expert_norms';
COMMENT ON COLUMN runs.interventions IS 'What was changed about the routing while the model ran; empty if nothing was';

-- Runs that were begun before can go on.
INSERT INTO run_definitions SELECT run_id, 'probabilities', 'none' FROM runs;
INSERT INTO run_definitions SELECT run_id, 'norms', 'false' FROM runs;

CREATE TABLE question_attributes (
    question_id INTEGER NOT NULL,
    name        VARCHAR NOT NULL,
    value       VARCHAR NOT NULL,
    PRIMARY KEY (question_id, name)
);
COMMENT ON TABLE question_attributes IS 'One row per question and further column of its quiz';
COMMENT ON COLUMN question_attributes.question_id IS 'The question';
COMMENT ON COLUMN question_attributes.name IS 'Name of the column';
COMMENT ON COLUMN question_attributes.value IS 'Its value, as text';

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

-- The ledger says which questions a shard holds. Until now it only counted them; but answers stand in the file in the
-- order of the commits, as the ledger's own rows do.
ALTER TABLE run_shards ADD COLUMN question_ids INTEGER[];
COMMENT ON COLUMN run_shards.question_ids IS 'The questions, in rising order';
UPDATE run_shards AS s
SET question_ids = held.question_ids
FROM (
    SELECT l.run_id, l.shard, coalesce(list(a.question_id ORDER BY a.question_id), []) AS question_ids
    FROM (
        SELECT run_id, shard, questions, sum(questions) OVER (PARTITION BY run_id ORDER BY rowid) AS last_place
        FROM run_shards
    ) AS l
    LEFT JOIN (
        SELECT run_id, question_id, row_number() OVER (PARTITION BY run_id ORDER BY rowid) AS place FROM answers
    ) AS a
        ON a.run_id = l.run_id AND a.place > l.last_place - l.questions AND a.place <= l.last_place
    GROUP BY l.run_id, l.shard
) AS held
WHERE held.run_id = s.run_id AND held.shard = s.shard;
ALTER TABLE run_shards ALTER COLUMN question_ids SET NOT NULL;

-- Runs can be imported from what other engines recorded, which says less than ours.
ALTER TABLE runs ADD COLUMN source VARCHAR DEFAULT 'gatehouse';
ALTER TABLE runs ALTER COLUMN source SET NOT NULL;
COMMENT ON COLUMN runs.source IS 'gatehouse for runs of its own engine; else the kind of files that the run was imported from, such as vllm';
ALTER TABLE answers ALTER COLUMN predicted DROP NOT NULL;
ALTER TABLE answers ALTER COLUMN log_probabilities DROP NOT NULL;
ALTER TABLE answers ALTER COLUMN top_token_id DROP NOT NULL;
ALTER TABLE answers ALTER COLUMN top_token DROP NOT NULL;
COMMENT ON COLUMN answers.predicted IS 'Letter with the largest log-probability at the last prompt token; NULL where an imported run does not say';
COMMENT ON COLUMN answers.log_probabilities IS 'Natural log-probability of each letter over the whole vocabulary, A first; NULL where an imported run does not say';
COMMENT ON COLUMN answers.top_token_id IS 'Id of the most probable next token of all; NULL where an imported run does not say';
COMMENT ON COLUMN answers.top_token IS 'Text of the most probable next token of all; NULL where an imported run does not say';
ALTER TABLE routing ALTER COLUMN weights DROP NOT NULL;
ALTER TABLE routing ALTER COLUMN entropy DROP NOT NULL;
ALTER TABLE routing ALTER COLUMN spare_mass DROP NOT NULL;
ALTER TABLE routing ALTER COLUMN margin DROP NOT NULL;
COMMENT ON COLUMN routing.weights IS 'Weight that multiplies the output of each of those experts, same order, in units of 2^-16; NULL where an imported run does not say';
COMMENT ON COLUMN routing.entropy IS 'Entropy of the gate over all experts, in units of 2^-10 nats; NULL where an imported run does not say';
COMMENT ON COLUMN routing.spare_mass IS 'Probability of the top-k experts together minus the sum of their weights, in units of 2^-10: 0 unless the model renormalises; NULL where an imported run does not say';
COMMENT ON COLUMN routing.margin IS 'Probability of the k-th expert minus that of the next one, in units of 2^-20; NULL where an imported run does not say';
ALTER TABLE usage ALTER COLUMN weight DROP NOT NULL;
COMMENT ON COLUMN usage.weight IS 'Sum of their weights, in units of 2^-16; NULL where an imported run does not say';
ALTER TABLE subject_usage ALTER COLUMN weight_sum DROP NOT NULL;
ALTER TABLE subject_usage ALTER COLUMN weight_square_sum DROP NOT NULL;
COMMENT ON COLUMN subject_usage.weight_sum IS 'Sum of their weights; NULL where an imported run does not say';
COMMENT ON COLUMN subject_usage.weight_square_sum IS 'Sum of the squares of their weights; NULL where an imported run does not say';
ALTER TABLE layer_usage ALTER COLUMN weight_sum DROP NOT NULL;
ALTER TABLE layer_usage ALTER COLUMN weight_square_sum DROP NOT NULL;
COMMENT ON COLUMN layer_usage.weight_sum IS 'Sum of their weights; NULL where an imported run does not say';
COMMENT ON COLUMN layer_usage.weight_square_sum IS 'Sum of the squares of their weights; NULL where an imported run does not say';
ALTER TABLE layer_entropy ALTER COLUMN entropy_sum DROP NOT NULL;
ALTER TABLE layer_entropy ALTER COLUMN top_k_entropy_sum DROP NOT NULL;
ALTER TABLE layer_entropy ALTER COLUMN mass_sum DROP NOT NULL;
ALTER TABLE layer_entropy ALTER COLUMN margin_sum DROP NOT NULL;
COMMENT ON COLUMN layer_entropy.entropy_sum IS 'Sum of the entropies of the gate over all experts, in nats; NULL where an imported run does not say';
COMMENT ON COLUMN layer_entropy.top_k_entropy_sum IS 'Sum of the entropies over the top-k experts, in nats, from weights before rounding; NULL where an imported run does not say';
COMMENT ON COLUMN layer_entropy.mass_sum IS 'Sum of the probabilities of the top-k experts together; NULL where an imported run does not say';
COMMENT ON COLUMN layer_entropy.margin_sum IS 'Sum of the margins; NULL where an imported run does not say';
ALTER TABLE routing ADD COLUMN ranked BOOLEAN DEFAULT true;
ALTER TABLE routing ALTER COLUMN ranked SET NOT NULL;
COMMENT ON COLUMN routing.ranked IS 'Whether the source says which expert comes first; else the experts stand in no order';

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

CREATE OR REPLACE VIEW token_routing AS
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
COMMENT ON COLUMN token_routing.scope IS 'last_prompt for the last token of the prompt, the one that answers; prompt for all before it';
COMMENT ON COLUMN token_routing.experts IS 'The top-k experts, the most probable first';
COMMENT ON COLUMN token_routing.weights IS 'Weight that multiplies the output of each of those experts, same order, within 0.000008; sums to 1 only where the model renormalises; NULL where an imported run does not say';
COMMENT ON COLUMN token_routing.entropy IS 'Entropy of the gate over all experts, in nats, within 0.0005: -sum p ln p; uniform is ln(experts); NULL where an imported run does not say';
COMMENT ON COLUMN token_routing.top_k_entropy IS 'Entropy over the top-k experts after renormalising their weights to 1, in nats; uniform is ln(top_k); NULL where an imported run does not say';
COMMENT ON COLUMN token_routing.mass IS 'Probability that the gate gives to the top-k experts together, 0 to 1, within 0.0006; NULL where an imported run does not say';
COMMENT ON COLUMN token_routing.margin IS 'Probability of the k-th expert minus that of the next one, within 0.0000005: how near the choice was to another; NULL where an imported run does not say';

CREATE OR REPLACE VIEW activations AS
SELECT
    run_id,
    question_id,
    "position",
    layer,
    CASE WHEN last THEN 'last_prompt' ELSE 'prompt' END AS scope,
    CAST(unnest(CASE WHEN ranked THEN range(1, len(experts) + 1) END) AS SMALLINT) AS "rank",
    unnest(experts) AS expert,
    CAST(unnest(weights) AS FLOAT) / CAST(65536 AS FLOAT) AS weight
FROM routing;
COMMENT ON VIEW activations IS 'One row per run, question, prompt token, layer and rank: one expert that fired. The fact table';
COMMENT ON COLUMN activations.run_id IS 'The run';
COMMENT ON COLUMN activations.question_id IS 'The question';
COMMENT ON COLUMN activations."position" IS 'Position of the token in the prompt, from 0';
COMMENT ON COLUMN activations.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN activations.scope IS 'last_prompt for the last token of the prompt, the one that answers; prompt for all before it';
COMMENT ON COLUMN activations."rank" IS 'Place of the expert among the top-k of its token, 1 for the most probable; NULL where an imported run does not say';
COMMENT ON COLUMN activations.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN activations.weight IS 'Weight that multiplies the output of the expert, within 0.000008; NULL where an imported run does not say';

CREATE OR REPLACE VIEW question_usage AS
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
COMMENT ON COLUMN question_usage.weight_sum IS 'Sum of their weights; NULL where an imported run does not say';

CREATE OR REPLACE VIEW experts AS
WITH grid AS (
    SELECT
        r.run_id, l.layer, l.weighed, r.scope AS recorded_scope, CAST(unnest(range(0, r.experts)) AS SMALLINT) AS expert
    FROM runs AS r
    JOIN (
        SELECT run_id, layer, bool_or(weight_sum IS NOT NULL) AS weighed FROM layer_usage GROUP BY run_id, layer
        UNION ALL
        SELECT DISTINCT run_id, layer, false FROM expert_counts
    ) AS l ON l.run_id = r.run_id
),
scoped AS (
    SELECT run_id, layer, expert, weighed, 'last_prompt' AS scope FROM grid
    WHERE run_id NOT IN (SELECT run_id FROM expert_counts)
    UNION ALL
    SELECT run_id, layer, expert, weighed, 'prompt' AS scope FROM grid WHERE recorded_scope = 'prompt'
),
usage AS (
    SELECT run_id, layer, expert, scope, sum(n) AS n, sum(weight_sum) AS weight_sum
    FROM (
        SELECT run_id, layer, expert, 'prompt' AS scope, n, weight_sum FROM layer_usage
        UNION ALL
        SELECT run_id, layer, expert, scope, n, weight_sum FROM layer_usage WHERE scope = 'last_prompt'
        UNION ALL
        SELECT run_id, layer, expert, 'prompt' AS scope, n, NULL AS weight_sum FROM expert_counts
    )
    GROUP BY run_id, layer, expert, scope
)
SELECT
    s.run_id,
    s.scope,
    s.layer,
    s.expert,
    CAST(coalesce(u.n, 0) AS BIGINT) AS activations,
    CASE WHEN s.weighed THEN coalesce(u.weight_sum, 0.0) END AS weight_sum
FROM scoped AS s
LEFT JOIN usage AS u
    ON u.run_id = s.run_id AND u.layer = s.layer AND u.expert = s.expert AND u.scope = s.scope;
COMMENT ON VIEW experts IS 'One row per run, scope, layer and expert, also for experts that never fired. Scope prompt counts every prompt token, the last one included; last_prompt only the last';
COMMENT ON COLUMN experts.run_id IS 'The run';
COMMENT ON COLUMN experts.scope IS 'Tokens counted: prompt (all of them, where the run recorded them) or last_prompt (the one that answers)';
COMMENT ON COLUMN experts.layer IS 'Layer of the model, from 0; layers without experts have no rows';
COMMENT ON COLUMN experts.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN experts.activations IS 'Number of tokens that were sent to the expert; 0 if it never fired';
COMMENT ON COLUMN experts.weight_sum IS 'Sum of the weights of those activations; NULL where an imported run does not say';
