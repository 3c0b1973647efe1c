-- Title: Concentration of the load
-- Finding: At the last prompt token, the busiest quarter of the experts takes {last_prompt percent} of the activations; a quarter at
--   random would take {part percent}.
-- Finding: Over all prompt tokens, the busiest quarter of the experts takes {prompt percent} of the activations; a quarter at
--   random would take {part percent}.
-- Finding: Over the generated tokens, the busiest quarter of the experts takes {generated percent} of the activations; a
--   quarter at random would take {part percent}.
-- Caption: Share of the activations that the busiest part of the experts of all layers takes.
-- Note: The experts are ordered by the same tokens that are counted; on other questions the same experts take somewhat less.
-- X: Part of the experts (%)
-- Y: Share of the activations (%)
-- Chance: experts at random
-- Needs: routing
-- Missing: no routing decision was recorded
-- Views: load_concentration
-- Picture: lines x=part y=share by=tokens chance=even_share legend=chance
SELECT
    0.25e0 AS part,
    max(share) FILTER (WHERE scope = 'last_prompt') AS last_prompt,
    max(share) FILTER (WHERE scope = 'prompt') AS prompt,
    max(share) FILTER (WHERE scope = 'generated') AS generated
FROM load_concentration
WHERE run_id = :run_id AND part = 0.25;

SELECT
    CASE scope
        WHEN 'last_prompt' THEN 'last prompt token'
        WHEN 'prompt' THEN 'all prompt tokens'
        ELSE 'generated tokens'
    END AS tokens,
    part,
    share,
    part AS even_share,
    keys,
    experts,
    n
FROM load_concentration
WHERE run_id = :run_id
ORDER BY tokens, part;
