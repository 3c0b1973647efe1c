-- Title: Experts shared with an earlier token
-- Finding: A {decoded} token uses {before percent} of the experts of the token before it[, averaged over layers, whose values range
--   from {least..most percent}]; with independent, uniform choices it would be {chance percent}.
-- Finding: At a distance of {lag} {lag|token|tokens} it is {far percent}.
-- Caption: Share of the experts of a token that an earlier token used, by the distance of the two, averaged over layers.
-- Note: At a distance of one token, this is the share of hits of a cache that holds the experts of the last token only.
-- X: Distance in tokens
-- Y: Experts shared (%)
-- Chance: independent, uniform choices
-- Needs: sequences tokens
-- Missing: no two neighbouring tokens were recorded
-- Views: expert_reuse
-- Picture: lines x=lag y=share by=tokens chance=chance legend=chance
SELECT
    ':decoded' AS decoded,
    avg(reuse) FILTER (WHERE lag = 1) AS before,
    min(reuse) FILTER (WHERE lag = 1) AS least,
    max(reuse) FILTER (WHERE lag = 1) AS most,
    avg(chance) FILTER (WHERE lag = 1) AS chance,
    nullif(max(lag), 1) AS lag,
    avg(reuse) FILTER (WHERE lag = last_lag) AS far
FROM (
    SELECT *, max(lag) OVER () AS last_lag
    FROM expert_reuse
    WHERE run_id = :run_id AND scope = ':decoded' AND n >= 30
) AS r;

SELECT
    scope || ' tokens' AS tokens,
    lag,
    avg(reuse) AS share,
    avg(chance) AS chance,
    min(reuse) AS least,
    max(reuse) AS most,
    min(n) AS n
FROM expert_reuse
WHERE run_id = :run_id AND scope IN ('prompt', 'generated') AND n >= 30
GROUP BY scope, lag
ORDER BY scope DESC, lag;
