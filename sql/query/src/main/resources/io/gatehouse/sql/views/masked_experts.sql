-- One row per run and masked expert: the experts that the run could not use.
--
-- Group: Interventions
-- Order: 3
-- Title: Masked experts
-- Definition: the experts of --mask and --mask-unused-of. No token is sent to them, so they count as unused in every other
--   view. A run without a mask has no rows.
-- Formula: the places after mask in runs.interventions, each of the form layer:expert.
-- Source: docs/engine.md, which says how each kind of router chooses without them.
-- Version: 1
-- Example: SELECT m.run_id, r.name, m.layer, count(*) AS masked
--   FROM masked_experts AS m
--   JOIN runs AS r ON r.run_id = m.run_id
--   GROUP BY m.run_id, r.name, m.layer
--   ORDER BY m.run_id, m.layer
-- Picture: table
--
-- Columns:
--   run_id INTEGER: Run
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: The masked expert, from 0
--   n BIGINT: Number of experts that the run masks in all layers
SELECT
    run_id,
    CAST(split_part(place, ':', 1) AS SMALLINT) AS layer,
    CAST(split_part(place, ':', 2) AS SMALLINT) AS expert,
    count(*) OVER (PARTITION BY run_id) AS n
FROM (
    SELECT run_id, unnest(string_split(regexp_extract(interventions, 'mask ([0-9:,]+)', 1), ',')) AS place
    FROM runs
    WHERE interventions LIKE '%mask %'
) AS places
