-- From schema version 4 to 5: what the weights of experts say of themselves; and experts, a view so far, kept, with no
-- rows of last tokens that an imported run does not say.
UPDATE schema_version SET version = 5;

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

DROP VIEW experts;
-- The whole grid, so that an expert that never fires is a row with 0 and not a missing row.
CREATE TABLE experts (
    run_id      INTEGER  NOT NULL,
    scope       VARCHAR  NOT NULL,
    layer       SMALLINT NOT NULL,
    expert      SMALLINT NOT NULL,
    activations BIGINT   NOT NULL,
    weight_sum  DOUBLE
);
INSERT INTO experts
WITH grid AS (
    SELECT
        r.run_id,
        l.layer,
        l.weighed,
        l.answering,
        r.scope AS recorded_scope,
        CAST(unnest(range(0, r.experts)) AS SMALLINT) AS expert
    FROM runs AS r
    JOIN (
        SELECT
            run_id,
            layer,
            bool_or(weight_sum IS NOT NULL) AS weighed,
            bool_or(scope = 'last_prompt') AS answering
        FROM layer_usage
        GROUP BY run_id, layer
        UNION ALL
        SELECT DISTINCT run_id, layer, false, false FROM expert_counts
    ) AS l ON l.run_id = r.run_id
),
scoped AS (
    SELECT run_id, layer, expert, weighed, 'last_prompt' AS scope FROM grid WHERE answering
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
    ON u.run_id = s.run_id AND u.layer = s.layer AND u.expert = s.expert AND u.scope = s.scope
ORDER BY ALL;
COMMENT ON TABLE experts IS 'One row per run, scope, layer and expert, also for experts that never fired. Scope prompt counts every prompt token, the last one included; last_prompt only the last, and has no rows where an imported run does not say it';
COMMENT ON COLUMN experts.run_id IS 'The run';
COMMENT ON COLUMN experts.scope IS 'Tokens counted: prompt (all of them, where the run recorded them) or last_prompt (the one that answers)';
COMMENT ON COLUMN experts.layer IS 'Layer of the model, from 0; layers without experts have no rows';
COMMENT ON COLUMN experts.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN experts.activations IS 'Number of tokens that were sent to the expert; 0 if it never fired';
COMMENT ON COLUMN experts.weight_sum IS 'Sum of the weights of those activations; NULL where an imported run does not say';
