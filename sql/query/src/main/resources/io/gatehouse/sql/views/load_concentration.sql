-- One row per run, scope and part of the experts: the share of the activations that the busiest part of the experts of all
-- layers takes.
--
-- Group: Load
-- Order: 8
-- Title: Concentration of the load
-- Definition: all experts of the model in the order of their activations, whatever their layer: how much of the routing a
--   fast memory for a part of the experts would serve, had it been known which. layer_load has the shares of each layer;
--   hot_set_of_model scores such a set on questions that it was not chosen on.
-- Formula: keys = part times the number of pairs of a layer and an expert, rounded, at least 1; share = activations of the keys
--   busiest pairs / activations.
-- Source: questions of Crow issue 180 and ds4 issue 307; the published curve of justinchuby/onnx-genai, commit ac9c7dd0, comes
--   out from its trace.
-- Version: 1
-- Example: SELECT part, keys, experts, share, n
--   FROM load_concentration
--   WHERE run_id = 1 AND scope = 'prompt'
--   ORDER BY part
-- Picture: lines x=part y=share by=scope
--   SELECT scope, part, share FROM load_concentration WHERE run_id = 1 ORDER BY scope, part
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (the tokens that the model sampled)
--   part DOUBLE: Part of the experts: .01, .05, .1, .125, .25, .5, .75, .9 or 1
--   keys BIGINT: Number of experts that this is
--   experts BIGINT: Number of experts of all layers
--   n BIGINT: Number of activations
--   share DOUBLE: Share of the activations that the busiest of the experts take, 0 to 1
SELECT
    run_id,
    scope,
    part,
    keys,
    count(*) AS experts,
    CAST(sum(activations) AS BIGINT) AS n,
    sum(CASE WHEN place <= keys THEN activations ELSE 0 END) / sum(activations) AS share
FROM (
    SELECT
        e.run_id,
        e.scope,
        e.activations,
        e.place,
        v.part,
        CAST(greatest(round(v.part * e.number), 1) AS BIGINT) AS keys
    FROM (
        SELECT
            run_id,
            scope,
            activations,
            row_number() OVER (PARTITION BY run_id, scope ORDER BY activations DESC, layer, expert) AS place,
            count(*) OVER (PARTITION BY run_id, scope) AS number
        FROM experts
    ) AS e
    CROSS JOIN (VALUES (0.01e0), (0.05e0), (0.1e0), (0.125e0), (0.25e0), (0.5e0), (0.75e0), (0.9e0), (1e0)) AS v(part)
) AS parts
GROUP BY run_id, scope, part, keys
HAVING sum(activations) > 0
