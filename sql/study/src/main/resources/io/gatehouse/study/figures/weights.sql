-- Title: Weight similarity of experts
-- Finding: Two experts of a layer have a mean cosine of {cosine signed} between their weights[, averaged over layers,
--   whose values range from {cosine_least..cosine_most signed}], and of {router_cosine signed} between their gate embeddings[
--   ({router_least..router_most signed})].
-- Finding: The similarity of gate embeddings explains {least..most percent} of the variance of the similarity of
--   weights, over the pairs of a layer; for independent pairs, it would be {by_chance percent} on average.
-- Caption: Mean cosine of the weights of two experts by layer.
-- Note: These figures depend only on the checkpoint. Experts that compute the same, but with their neurons in another
--   order, look different here.
-- X: Layer
-- Y: Mean cosine
-- Missing: the file has no weights of the checkpoint (gatehouse model CHECKPOINT --db FILE)
-- Views: expert_similarity router_weight_agreement layer_redundancy
-- Picture: lines x=layer y=mean_cosine by=matrix
SELECT
    avg(mean_cosine) AS cosine,
    min(mean_cosine) AS cosine_least,
    max(mean_cosine) AS cosine_most,
    avg(mean_router_cosine) AS router_cosine,
    min(mean_router_cosine) AS router_least,
    max(mean_router_cosine) AS router_most,
    min(r_squared) AS least,
    max(r_squared) AS most,
    avg(1 / nullif(n - 1, 0)) AS by_chance
FROM router_weight_agreement
WHERE run_id = :run_id AND matrix = 'weights';

SELECT layer, matrix, n, mean_cosine, r_squared
FROM router_weight_agreement
WHERE run_id = :run_id
UNION ALL
SELECT layer, 'router' AS matrix, n, mean_router_cosine AS mean_cosine, NULL AS r_squared
FROM router_weight_agreement
WHERE run_id = :run_id AND matrix = 'weights'
ORDER BY matrix, layer;
