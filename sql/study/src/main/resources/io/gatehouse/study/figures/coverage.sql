-- Title: Tokens to calibrate an expert
-- Finding: Of the {n} prompt {n|token|tokens}, {below} of {experts} experts saw fewer than {minimum}, and {below_many} fewer than {many}.
-- Finding: For every expert to see {many} {many|token|tokens}, a calibration set that is routed in the same shares needs
--   {needed} {needed|token|tokens}.
-- Caption: Number of prompt tokens that the experts of a layer saw: the expert with the fewest, the 10% quantile
--   (interpolated), and the median.
-- Note: With the questions of the run as the calibration set. An expert with few tokens is quantised or pruned on little
--   evidence.
-- X: Layer
-- Y: Prompt tokens of an expert
-- Chance: even load
-- Needs: prompt
-- Missing: no prompt token was recorded
-- Views: calibration_coverage expert_utilisation
-- Picture: lines x=layer y=tokens by=experts chance=even_load colours=ordered legend=chance
SELECT
    max(n) AS n,
    128 AS minimum,
    2048 AS many,
    sum(experts) FILTER (WHERE minimum = 128) AS experts,
    sum(below) FILTER (WHERE minimum = 128) AS below,
    sum(below) FILTER (WHERE minimum = 2048) AS below_many,
    CASE
        WHEN count(tokens_needed) FILTER (WHERE minimum = 2048) = count(*) FILTER (WHERE minimum = 2048)
        THEN max(tokens_needed) FILTER (WHERE minimum = 2048)
    END AS needed
FROM calibration_coverage
WHERE run_id = :run_id AND scope = 'prompt';

SELECT
    v.experts,
    u.layer,
    CASE v.place WHEN 1 THEN u.fewest WHEN 2 THEN u.tenth ELSE u.half END AS tokens,
    u.even_load,
    u.n
FROM (
    SELECT
        layer,
        min(activations) AS fewest,
        quantile_cont(activations, 0.1) AS tenth,
        median(activations) AS half,
        avg(activations) AS even_load,
        max(n) AS n
    FROM expert_utilisation
    WHERE run_id = :run_id AND scope = 'prompt' AND n > 0
    GROUP BY layer
) AS u
CROSS JOIN (VALUES (1, 'expert with the fewest'), (2, '10% quantile'), (3, 'median expert')) AS v(place, experts)
ORDER BY v.place, u.layer;
