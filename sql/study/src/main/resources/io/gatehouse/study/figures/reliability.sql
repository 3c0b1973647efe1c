-- Title: Reliability of rankings
-- Lead: Halves of the questions agree on the load of the experts with a rank correlation of {by_load signed}.
-- Finding: Two random halves of the {n} questions rank the experts of a layer by their load with a rank correlation of
--   {by_load signed}[, averaged over layers, whose values range from {load_least..load_most signed}].
-- Finding: By the sum of their weights, the correlation is {by_weight signed}[; the values of the layers range from
--   {weight_least..weight_most signed}].
-- Finding: By how much more often an expert fires in a subject, it is {by_subject signed}[; the values of the layers range from
--   {subject_least..subject_most signed}].
-- Caption: Rank correlation of the experts of a layer as two halves of the questions rank them, all prompt tokens.
-- Note: Means of ten random partitions of whole questions. A ranking that halves do not agree on says more of the questions
--   than of the experts: do not prune by it. A high correlation does not show that the ranking is the right one.
-- X: Layer
-- Y: Spearman's rank correlation
-- Chance: no agreement
-- Needs: sequences prompt
-- Missing: there are fewer than four questions
-- Views: reliability
-- Picture: lines x=layer y=spearman by=ranked_by chance=no_agreement legend=chance
SELECT
    max(n) AS n,
    avg(spearman) FILTER (WHERE statistic = 'load') AS by_load,
    min(spearman) FILTER (WHERE statistic = 'load') AS load_least,
    max(spearman) FILTER (WHERE statistic = 'load') AS load_most,
    avg(spearman) FILTER (WHERE statistic = 'weight') AS by_weight,
    min(spearman) FILTER (WHERE statistic = 'weight') AS weight_least,
    max(spearman) FILTER (WHERE statistic = 'weight') AS weight_most,
    avg(spearman) FILTER (WHERE statistic = 'subject') AS by_subject,
    min(spearman) FILTER (WHERE statistic = 'subject') AS subject_least,
    max(spearman) FILTER (WHERE statistic = 'subject') AS subject_most
FROM reliability
WHERE run_id = :run_id AND scope = 'prompt';

SELECT
    CASE statistic WHEN 'load' THEN 'load' WHEN 'weight' THEN 'sum of weights' ELSE 'load of a subject' END AS ranked_by,
    layer,
    spearman,
    0e0 AS no_agreement,
    spearman_brown,
    least_spearman,
    jaccard,
    chance_jaccard,
    scores,
    n
FROM reliability
WHERE run_id = :run_id AND scope = 'prompt'
ORDER BY statistic, layer;
