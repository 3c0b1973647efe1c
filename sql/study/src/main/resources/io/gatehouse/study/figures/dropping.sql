-- Title: If the least used experts were dropped
-- Finding: The {dropped} least used {dropped|expert|experts} of each layer in other questions {dropped|has|have}
--   {lost percent} of the uses by prompt tokens[, averaged over layers, whose values range from {least..most percent}]; as many experts at random would have
--   {uniform percent}.
-- Finding: In a layer, {touched percent} of the prompt tokens use at least one of these experts[; the values of the layers range from
--   {touched_least..touched_most percent}].
-- Caption: What a quarter of the experts of a layer, the least used in other questions, has of its uses and tokens.
-- Note: The questions are split into four folds; the experts that are least used in three of them are scored on the fourth.
--   Layers with fewer experts than others are left out. The routing says which tokens would be routed otherwise, not what the
--   model would then answer.
-- X: Layer
-- Y: Uses or tokens (%)
-- Chance: as many experts at random
-- Needs: sequences prompt
-- Missing: there are fewer than two questions with routing
-- Views: hot_set
-- Picture: lines x=layer y=share by=whose chance=uniform legend=chance
SELECT
    max(d.dropped) AS dropped,
    avg(1 - h.held_out) AS lost,
    min(1 - h.held_out) AS least,
    max(1 - h.held_out) AS most,
    avg(1 - h.uniform) AS uniform,
    avg(1 - h.whole_tokens) AS touched,
    min(1 - h.whole_tokens) AS touched_least,
    max(1 - h.whole_tokens) AS touched_most
FROM hot_set(
    :run_id,
    'prompt',
    (SELECT CAST(max(experts) - greatest(1, floor(max(experts) / 4)) AS INTEGER) FROM layers WHERE run_id = :run_id),
    4
) AS h
JOIN layers AS l ON l.run_id = :run_id AND l.layer = h.layer
CROSS JOIN (
    SELECT max(experts) AS experts, CAST(greatest(1, floor(max(experts) / 4)) AS INTEGER) AS dropped
    FROM layers
    WHERE run_id = :run_id
) AS d
WHERE l.experts = d.experts;

SELECT
    c.whose,
    h.layer,
    CASE c.place WHEN 1 THEN 1 - h.held_out ELSE 1 - h.whole_tokens END AS share,
    -- A token at random uses none of them with the probability C(kept, k) / C(experts, k).
    CASE
        WHEN c.place = 1 THEN 1 - h.uniform
        WHEN h.resident < l.top_k THEN 1e0
        ELSE 1 - exp(lgamma(h.resident + 1) - lgamma(h.resident - l.top_k + 1)
            - lgamma(l.experts + 1) + lgamma(l.experts - l.top_k + 1))
    END AS uniform,
    h.resident AS kept,
    h.activations_per_expert,
    h.n
FROM hot_set(
    :run_id,
    'prompt',
    (SELECT CAST(max(experts) - greatest(1, floor(max(experts) / 4)) AS INTEGER) FROM layers WHERE run_id = :run_id),
    4
) AS h
JOIN layers AS l ON l.run_id = :run_id AND l.layer = h.layer
CROSS JOIN (VALUES (1, 'uses of these experts'), (2, 'tokens that use one of them')) AS c(place, whose)
WHERE l.experts = (SELECT max(experts) FROM layers WHERE run_id = :run_id)
ORDER BY c.place, h.layer;
