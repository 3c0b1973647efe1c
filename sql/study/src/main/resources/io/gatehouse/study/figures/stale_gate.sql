-- Title: Experts named by an early router
-- Finding: Given the input of the previous layer with experts, the router of a layer names {named percent} of the experts that a
--   {decoded} token uses[, averaged over layers, whose values range from {least..most percent}]; the experts of the token before
--   are {previous percent} of them. By chance it would be {chance percent}.
-- Finding: Of the experts that an LRU cache for half of the experts of a layer lacks, it names {missing percent}.
-- Caption: Share of the experts that a cache lacks and that are named early, by the size of the cache of each layer.
-- Note: The router is run one or two layers with experts early (the stale gate), as a program does that loads experts ahead of
--   time. Only experts that the cache lacks must be loaded. All lines are of the layers that have every earlier state that was
--   recorded, so the first layers are left out.
-- X: Experts in the cache of a layer
-- Y: Missing experts named (%)
-- Chance: as many experts at random
-- Needs: sequences tokens lookahead
-- Missing: no token has a decision from an earlier state
-- Views: stale_gate
-- Picture: lines x=slots y=recall by=named_by chance=chance legend=chance
SELECT
    ':decoded' AS decoded,
    avg(recall) FILTER (WHERE slots = 0) AS named,
    min(recall) FILTER (WHERE slots = 0) AS least,
    max(recall) FILTER (WHERE slots = 0) AS most,
    avg(previous) FILTER (WHERE slots = 0) AS previous,
    avg(chance) AS chance,
    sum(named) FILTER (WHERE slots = half) / nullif(sum(misses) FILTER (WHERE slots = half), 0) AS missing
FROM (
    SELECT g.*, floor(l.experts / 2) AS half
    FROM stale_gate(:run_id, ':decoded') AS g
    JOIN layers AS l ON l.run_id = :run_id AND l.layer = g.layer
    WHERE g.distance = 1
) AS early;

WITH shared AS (
    SELECT layer
    FROM stale_gate(:run_id, ':decoded')
    GROUP BY layer
    HAVING count(DISTINCT distance) = (SELECT count(DISTINCT distance) FROM stale_gate(:run_id, ':decoded'))
)
SELECT named_by, slots, recall, chance, n
FROM (
    SELECT
        1 AS place,
        CASE g.distance WHEN 1 THEN 'router, one layer early' ELSE 'router, two layers early' END AS named_by,
        g.slots,
        sum(g.named) / nullif(sum(g.misses), 0) AS recall,
        avg(g.chance) AS chance,
        sum(g.misses) AS n,
        max(l.experts) AS experts
    FROM stale_gate(:run_id, ':decoded') AS g
    JOIN layers AS l ON l.run_id = :run_id AND l.layer = g.layer
    WHERE g.layer IN (SELECT layer FROM shared)
    GROUP BY g.distance, g.slots
    UNION ALL
    SELECT
        2 AS place,
        'token before' AS named_by,
        g.slots,
        sum(g.previous * g.followed) / nullif(sum(g.followed), 0) AS recall,
        avg(g.chance) AS chance,
        sum(g.followed) AS n,
        max(l.experts) AS experts
    FROM stale_gate(:run_id, ':decoded') AS g
    JOIN layers AS l ON l.run_id = :run_id AND l.layer = g.layer
    WHERE g.distance = 1 AND g.layer IN (SELECT layer FROM shared)
    GROUP BY g.slots
) AS series
WHERE recall IS NOT NULL AND slots * 32 % experts < 32
ORDER BY place, named_by, slots;
