-- Title: Experts used shortly before
-- Finding: Of the experts that a {decoded} token uses, {within percent} were used by one of the {size} tokens before it in the
--   same layer[, averaged over layers, whose values range from {least..most percent}]; with independent, uniform choices it would be
--   {uniform percent}.
-- Caption: Share of the experts of a token that one of the tokens before it used, by the number of these tokens, averaged over
--   layers.
-- Note: This is the share of hits of a cache that holds all experts used by that many preceding tokens of the same question.
--   Only tokens with that many tokens before them are counted, so long distances are of long texts.
-- X: Tokens before (logarithmic)
-- Y: Experts used before (%)
-- Chance: independent, uniform choices
-- Needs: sequences tokens
-- Missing: no two neighbouring tokens were recorded
-- Views: reuse_distance
-- Picture: lines x=distance y=share by=tokens chance=uniform_share scale=log legend=chance
SELECT
    ':decoded' AS decoded,
    4 AS size,
    avg(within) AS within,
    min(within) AS least,
    max(within) AS most,
    avg(uniform) AS uniform
FROM reuse_distance
WHERE run_id = :run_id AND scope = ':decoded' AND distance = 4 AND n >= 30;

SELECT scope || ' tokens' AS tokens, distance, avg(within) AS share, avg(uniform) AS uniform_share, min(n) AS n
FROM reuse_distance
WHERE run_id = :run_id AND scope IN ('prompt', 'generated') AND n >= 30
GROUP BY scope, distance
ORDER BY scope DESC, distance;
