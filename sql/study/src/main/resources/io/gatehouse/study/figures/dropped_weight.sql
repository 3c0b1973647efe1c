-- Title: Weight of the dropped experts
-- Finding: The quarter of the experts of a layer with the least gate mass has {gate_mass percent} of the weight that the router
--   gives to prompt tokens, the quarter that fires least {frequency percent}[, and the quarter with the least REAP
--   {reap percent}]; a quarter at random would have {random percent}.
-- Caption: Share of the routed weight that falls on the experts which a criterion drops first, averaged over layers.
-- Note: The criteria and the weight are of the same tokens. By gate mass the lost weight is the least that is possible; the
--   distance of another line from it says how much another criterion drops that the router relied on. REAP needs a run that
--   recorded norms.
-- X: Experts dropped (%)
-- Y: Weight of the dropped experts (%)
-- Chance: experts at random
-- Needs: prompt weights
-- Missing: no weight of an expert is known for the prompt tokens
-- Views: pruning_criteria
-- Picture: lines x=part y=weight by=dropped_by chance=random_share legend=chance
WITH lost AS (
    SELECT
        r.criterion,
        p.part,
        r.layer,
        count(*) FILTER (WHERE r.place <= p.part * r.experts) / count(*) AS dropped_share,
        coalesce(sum(r.gate_mass) FILTER (WHERE r.place <= p.part * r.experts), 0) / sum(r.gate_mass) AS weight
    FROM (
        SELECT
            c.criterion,
            k.layer,
            k.gate_mass,
            count(*) OVER (PARTITION BY c.criterion, k.layer) AS experts,
            row_number() OVER (
                PARTITION BY c.criterion, k.layer
                ORDER BY CASE c.criterion WHEN 'frequency' THEN k.frequency WHEN 'gate_mass' THEN k.gate_mass ELSE k.reap END
                    NULLS FIRST, k.expert
            ) AS place
        FROM pruning_criteria AS k
        CROSS JOIN (VALUES ('frequency'), ('gate_mass'), ('reap')) AS c(criterion)
        WHERE k.run_id = :run_id AND k.scope = 'prompt' AND k.gate_mass IS NOT NULL
    ) AS r
    CROSS JOIN (VALUES (0.25e0)) AS p(part)
    GROUP BY r.criterion, p.part, r.layer
    HAVING sum(r.gate_mass) > 0
)
SELECT
    avg(weight) FILTER (WHERE criterion = 'gate_mass') AS gate_mass,
    avg(weight) FILTER (WHERE criterion = 'frequency') AS frequency,
    CASE
        WHEN (SELECT count(reap) FROM pruning_criteria WHERE run_id = :run_id AND scope = 'prompt') > 0
        THEN avg(weight) FILTER (WHERE criterion = 'reap')
    END AS reap,
    avg(dropped_share) AS random
FROM lost;

WITH lost AS (
    SELECT
        r.criterion,
        p.part,
        r.layer,
        count(*) FILTER (WHERE r.place <= p.part * r.experts) / count(*) AS dropped_share,
        coalesce(sum(r.gate_mass) FILTER (WHERE r.place <= p.part * r.experts), 0) / sum(r.gate_mass) AS weight
    FROM (
        SELECT
            c.criterion,
            k.layer,
            k.gate_mass,
            count(*) OVER (PARTITION BY c.criterion, k.layer) AS experts,
            row_number() OVER (
                PARTITION BY c.criterion, k.layer
                ORDER BY CASE c.criterion WHEN 'frequency' THEN k.frequency WHEN 'gate_mass' THEN k.gate_mass ELSE k.reap END
                    NULLS FIRST, k.expert
            ) AS place
        FROM pruning_criteria AS k
        CROSS JOIN (VALUES ('frequency'), ('gate_mass'), ('reap')) AS c(criterion)
        WHERE k.run_id = :run_id AND k.scope = 'prompt' AND k.gate_mass IS NOT NULL
    ) AS r
    CROSS JOIN (SELECT range / 8 AS part FROM range(9)) AS p
    GROUP BY r.criterion, p.part, r.layer
    HAVING sum(r.gate_mass) > 0
)
SELECT
    CASE criterion WHEN 'gate_mass' THEN 'gate mass' WHEN 'reap' THEN 'REAP' ELSE criterion END AS dropped_by,
    part,
    avg(weight) AS weight,
    avg(dropped_share) AS random_share,
    min(weight) AS least_of_a_layer,
    max(weight) AS most_of_a_layer,
    count(*) AS layers
FROM lost
WHERE criterion <> 'reap'
    OR (SELECT count(reap) FROM pruning_criteria WHERE run_id = :run_id AND scope = 'prompt') > 0
GROUP BY criterion, part
ORDER BY dropped_by, part;
