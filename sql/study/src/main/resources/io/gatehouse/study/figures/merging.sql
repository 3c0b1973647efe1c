-- Title: Experts with similar weights
-- Finding: The experts with the most similar weights are {expert} and {other_expert} of layer {layer}: their distance is
--   {least percent} of that of unrelated experts. Over all pairs of a layer, the mean is {mean percent}[; the values of the layers range from
--   {mean_least..mean_most percent}].
-- Finding: At the last prompt token, these two fire together {lift tenth} times as often as expected by chance.
-- Caption: Distance of the weights of two experts relative to that of unrelated experts, by layer.
-- Note: These figures depend only on the checkpoint; experts near zero could be merged. Experts that compute the same, but with
--   their neurons in another order, look unrelated here.
-- X: Layer
-- Y: Distance of two experts (%)
-- Chance: unrelated experts
-- Missing: the file has no weights of the checkpoint (gatehouse model CHECKPOINT --db FILE)
-- Views: expert_similarity expert_coactivation
-- Picture: lines x=layer y=relative_distance by=pair chance=unrelated legend=chance
SELECT
    s.expert,
    s.other_expert,
    s.layer,
    s.relative_distance AS least,
    m.mean,
    m.mean_least,
    m.mean_most,
    c.lift
FROM (
    SELECT *, row_number() OVER (ORDER BY relative_distance, layer, expert, other_expert) AS place
    FROM expert_similarity
    WHERE run_id = :run_id AND expert < other_expert AND relative_distance IS NOT NULL
) AS s
CROSS JOIN (
    SELECT avg(mean) AS mean, min(mean) AS mean_least, max(mean) AS mean_most
    FROM (
        SELECT layer, avg(relative_distance) AS mean FROM expert_similarity WHERE run_id = :run_id GROUP BY layer
    ) AS by_layer
) AS m
LEFT JOIN expert_coactivation AS c
    ON c.run_id = s.run_id AND c.scope = 'last_prompt' AND c.layer = s.layer AND c.expert = s.expert
        AND c.other_expert = s.other_expert AND c.together >= 30 AND c.together / c.lift >= 5
        -- An expert that fires at every token fires together with any other as often as by chance.
        AND c.n < c.tokens AND c.together / c.lift < c.n
WHERE s.place = 1;

SELECT
    v.pair,
    s.layer,
    CASE v.place WHEN 1 THEN s.nearest ELSE s.mean END AS relative_distance,
    1e0 AS unrelated,
    CASE v.place WHEN 1 THEN s.expert END AS expert,
    CASE v.place WHEN 1 THEN s.other_expert END AS other_expert,
    s.n
FROM (
    SELECT
        layer,
        min(relative_distance) AS nearest,
        avg(relative_distance) AS mean,
        arg_min(expert, relative_distance) AS expert,
        arg_min(other_expert, relative_distance) AS other_expert,
        count(*) AS n
    FROM expert_similarity
    WHERE run_id = :run_id AND expert < other_expert AND relative_distance IS NOT NULL
    GROUP BY layer
) AS s
CROSS JOIN (VALUES (1, 'nearest pair'), (2, 'mean of all pairs')) AS v(place, pair)
ORDER BY v.place, s.layer;
