-- One row per run and scope: a few figures of the router over all layers, to follow over a series of runs.
--
-- Group: Load
-- Order: 7
-- Title: Load of a run
-- Definition: training watches a handful of numbers per step rather than one series for each layer and expert. A series is
--   runs with a step, such as the checkpoints of one training; runs without one have rows, too. The largest and the least
--   even layer are of the whole run: batch_load has the peaks of batches.
-- Formula: of the layers of the run, max_violation and min_violation are the largest of max_e x_e / m - 1 and the smallest
--   of min_e x_e / m - 1, x_e the loads of a layer and m their mean; mean_violation is the mean over layers of the former;
--   dead_share = experts that never fired / experts of all layers; effective_share = mean over layers of exp(H) / E, H the
--   entropy of the loads; divergence = mean over layers of ln E - H, the Kullback-Leibler divergence from even loads.
-- Source: Wang et al. 2024, arXiv 2408.15664, for the violation; the choice of keys after trl issue 6514 and verl's metrics of
--   load balance.
-- Version: 1
-- Example: SELECT run_id, step, max_violation, mean_violation, dead_share, effective_share, mean_token_entropy, n
--   FROM run_load
--   WHERE scope = 'prompt'
--   ORDER BY step, run_id
-- Picture: table
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (the tokens that the model sampled)
--   step BIGINT NULL: Step of the series that the run is one of; NULL where nothing says one
--   layers BIGINT: Number of layers with routing
--   n BIGINT: Number of tokens of the layer with the fewest
--   max_violation DOUBLE: Largest load / mean load - 1 of the least even layer: 0 is even
--   mean_violation DOUBLE: Mean of that over layers
--   min_violation DOUBLE: Smallest load / mean load - 1 of the layer where it is the smallest: -1 if an expert never fired
--   dead_share DOUBLE: Share of the experts of all layers that never fired, 0 to 1
--   effective_share DOUBLE: Mean over layers of effective_experts of layer_load over experts, 0 to 1
--   divergence DOUBLE: Mean over layers of the divergence of the loads from even ones, in nats, 0 or more
--   mean_token_entropy DOUBLE NULL: Mean over layers of the entropy of the gate over all experts, in nats; NULL if an import has no value
--   normalised_token_entropy DOUBLE NULL: Mean over layers of that over ln(experts), 0 to 1; NULL if an import has no value, or with one expert
--   mean_mass DOUBLE NULL: Mean over layers of the probability of the selected experts together, 0 to 1; NULL if an import has no value
SELECT
    l.run_id,
    l.scope,
    r.step,
    count(*) AS layers,
    min(l.n) AS n,
    max(l.max_violation) AS max_violation,
    significant(avg(l.max_violation)) AS mean_violation,
    min(u.fewest * l.experts / u.activations) - 1 AS min_violation,
    sum(u.unused) / sum(l.experts) AS dead_share,
    significant(avg(l.effective_experts / l.experts)) AS effective_share,
    significant(greatest(avg(ln(l.experts / l.effective_experts)), 0e0)) AS divergence,
    significant(avg(g.mean_token_entropy)) AS mean_token_entropy,
    significant(avg(g.normalised_token_entropy)) AS normalised_token_entropy,
    significant(avg(g.mean_mass)) AS mean_mass
FROM layer_load AS l
JOIN runs AS r ON r.run_id = l.run_id
JOIN (
    SELECT
        run_id,
        scope,
        layer,
        min(activations) AS fewest,
        sum(activations) AS activations,
        count(*) FILTER (WHERE activations = 0) AS unused
    FROM experts
    GROUP BY run_id, scope, layer
) AS u ON u.run_id = l.run_id AND u.scope = l.scope AND u.layer = l.layer
LEFT JOIN gate_entropy AS g ON g.run_id = l.run_id AND g.scope = l.scope AND g.layer = l.layer
GROUP BY l.run_id, l.scope, r.step
