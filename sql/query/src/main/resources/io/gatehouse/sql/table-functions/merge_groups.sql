-- One row per expert of a layer: the group of similar experts that it could be merged into.
--
-- Title: Merge groups
-- Definition: experts are joined into groups, the two groups with the least mean distance of their experts first, until so
--   many groups are left (average linkage). By router, the distance is that of gate embeddings: such experts are chosen by
--   the same tokens. By weights it is that of the three projections, which misses experts that compute the same with their
--   neurons in another order. Merging takes the mean of the weights of a group, by how often its experts fire; the router
--   then sends the tokens of all of them to the one. The file must have the weights of the checkpoint (gatehouse model
--   CHECKPOINT --db FILE). What a merged model answers is not known from this.
-- Formula: distance = 1 - router_cosine by router, or relative_distance by weights, as in expert_similarity; a router row of
--   zeros has distance 1. height is the mean distance of the two groups that were joined last into the group: near 0 for
--   experts that are alike, about 1 for unrelated ones. merge_weight =
--   n / sum of n over the group.
-- Source: average linkage as in Chen et al. 2024, arXiv 2410.08589 (HC-SMoE), which measures outputs of experts; weights
--   by frequency as in Li et al. 2023, arXiv 2310.01334 (MC-SMoE).
-- Version: 1
-- Example: SELECT merge_group, expert, group_size, height, n, merge_weight, is_representative
--   FROM merge_groups(1, 'prompt', 0, 'router', 4)
--   ORDER BY merge_group, expert
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens by which experts are weighed: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated
--   layer INTEGER from 0: The layer
--   basis VARCHAR in router, weights: router (rows of the router) or weights (the three projections)
--   groups INTEGER from 1: Number of groups
--
-- Columns:
--   merge_group SMALLINT: The group, which has the number of its lowest expert
--   expert SMALLINT: Expert of the layer, from 0
--   group_size BIGINT: Number of experts of the group
--   height DOUBLE: Mean distance at which the group was completed; 0 for a group of one
--   n BIGINT: Number of tokens that were routed to the expert
--   merge_weight DOUBLE NULL: Its share of the tokens of the group, 0 to 1; NULL if there are none
--   is_representative BOOLEAN: Whether it is the expert of its group with the most tokens; of several the lowest
WITH pairs AS (
    SELECT
        expert,
        other_expert,
        CASE $basis
            WHEN 'router' THEN coalesce(1 - router_cosine, 1e0)
            WHEN 'weights' THEN coalesce(relative_distance, 0e0)
        END AS distance
    FROM expert_similarity
    -- The function refuses more experts; a longer list of pairs is not made for it.
    WHERE run_id = $run AND layer = $layer AND expert < other_expert AND other_expert <= 1024
),
grouped AS (
    SELECT
        CAST(split_part(item, ' ', 1) AS SMALLINT) AS expert,
        CAST(split_part(item, ' ', 2) AS SMALLINT) AS merge_group,
        CAST(split_part(item, ' ', 3) AS DOUBLE) AS height
    FROM (
        SELECT unnest(string_split(items, ';')) AS item
        FROM (
            SELECT expert_merge_groups(CAST(experts AS INTEGER), $groups, distances) AS items
            FROM (
                SELECT
                    max(other_expert) + 1 AS experts,
                    string_agg(
                        CAST(expert AS VARCHAR) || ' ' || CAST(other_expert AS VARCHAR) || ' ' || CAST(distance AS VARCHAR),
                        ';'
                        ORDER BY expert, other_expert
                    ) AS distances
                FROM pairs
            ) AS listed
        ) AS joined
    ) AS parts
)
SELECT
    g.merge_group,
    g.expert,
    count(*) OVER w AS group_size,
    significant(g.height) AS height,
    u.activations AS n,
    u.activations / nullif(sum(u.activations) OVER w, 0) AS merge_weight,
    row_number() OVER (PARTITION BY g.merge_group ORDER BY u.activations DESC, g.expert) = 1 AS is_representative
FROM grouped AS g
JOIN experts AS u ON u.run_id = $run AND u.scope = $scope AND u.layer = $layer AND u.expert = g.expert
WINDOW w AS (PARTITION BY g.merge_group)
