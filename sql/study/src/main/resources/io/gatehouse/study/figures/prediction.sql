-- Title: Experts known ahead
-- Finding: If as many experts are predicted as a {decoded} token uses, the most used experts of the layer predict
--   {hot percent} of the uses, and the experts of the token before {previous percent}[; those that follow the experts of
--   the layer before predict {coupled percent}]. By chance it would be {chance percent}.
-- Caption: Share of the experts of tokens of unseen questions that were predicted, by predictor.
-- Note: The sentence above is of the layers that have a layer with experts before them. What a predictor learns is learned on one half of the questions, and scored on the other. The layer before is
--   worth a look only where it predicts more than the first two, which are known earlier.
-- X: Layer
-- Y: Experts predicted (%)
-- Chance: as many experts at random
-- Needs: sequences tokens
-- Missing: there are fewer than two questions with routing
-- Views: predictability
-- Picture: lines x=layer y=recall by=predicted_from chance=chance legend=chance
SELECT
    ':decoded' AS decoded,
    avg(p.recall) FILTER (WHERE p.predictor = 'hot' AND p.layer > f.first) AS hot,
    avg(p.recall) FILTER (WHERE p.predictor = 'previous' AND p.layer > f.first) AS previous,
    avg(p.recall) FILTER (WHERE p.predictor = 'coupled_1') AS coupled,
    avg(p.chance) FILTER (WHERE p.predictor = 'hot' AND p.layer > f.first) AS chance
FROM predictability(:run_id, ':decoded') AS p
JOIN layers AS l ON l.run_id = :run_id AND l.layer = p.layer AND l.top_k = p.predicted
-- The first layer has no layer before it.
CROSS JOIN (
    SELECT CASE WHEN count(*) > 1 THEN min(layer) ELSE -1 END AS first
    FROM layers
    WHERE run_id = :run_id AND experts > 0
) AS f;

SELECT v.predicted_from, p.layer, p.predicted, p.recall, p.chance, p.n
FROM predictability(:run_id, ':decoded') AS p
JOIN layers AS l ON l.run_id = :run_id AND l.layer = p.layer AND l.top_k = p.predicted
JOIN (VALUES
    (1, 'hot', 'most used experts'),
    (2, 'previous', 'token before'),
    (3, 'coupled_1', 'layer before'),
    (4, 'coupled_2', 'two layers before')
) AS v(place, predictor, predicted_from) ON v.predictor = p.predictor
ORDER BY v.place, p.layer;
