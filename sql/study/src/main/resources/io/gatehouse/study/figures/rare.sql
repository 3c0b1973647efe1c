-- Title: Rarely used experts
-- Lead: Prompt tokens leave {rare_prompt} of {experts_prompt} experts with less than a tenth of an even share.
-- Finding: {rare} of {experts} experts {rare|gets|get} less than a tenth of an even share of the last prompt tokens.
-- Finding: {rare_prompt} of {experts_prompt} experts {rare_prompt|gets|get} less than a tenth of an even share of the prompt
--   tokens; the one with the least gets {least percent} of an even share.
-- Finding: {rare_generated} of {experts_generated} experts {rare_generated|gets|get} less than a tenth of an even share of the
--   generated tokens.
-- Caption: Load of each expert relative to an even load of its layer, from the least to the most used expert of the model.
-- Note: An expert without any load is unused at these tokens. Which experts are rare can depend on the questions: see
--   Reliability of rankings.
-- X: Experts, the least used first (%)
-- Y: Load over an even load
-- Chance: even load
-- Needs: routing
-- Missing: no routing decision was recorded
-- Views: expert_utilisation
-- Picture: lines x=part y=ratio by=tokens chance=even legend=chance
SELECT
    count(*) FILTER (WHERE scope = 'last_prompt' AND ratio < 0.1) AS rare,
    nullif(count(*) FILTER (WHERE scope = 'last_prompt'), 0) AS experts,
    count(*) FILTER (WHERE scope = 'prompt' AND ratio < 0.1) AS rare_prompt,
    nullif(count(*) FILTER (WHERE scope = 'prompt'), 0) AS experts_prompt,
    min(ratio) FILTER (WHERE scope = 'prompt') AS least,
    count(*) FILTER (WHERE scope = 'generated' AND ratio < 0.1) AS rare_generated,
    nullif(count(*) FILTER (WHERE scope = 'generated'), 0) AS experts_generated
FROM expert_utilisation
WHERE run_id = :run_id AND n > 0;

SELECT
    CASE scope
        WHEN 'last_prompt' THEN 'last prompt token'
        WHEN 'prompt' THEN 'all prompt tokens'
        ELSE 'generated tokens'
    END AS tokens,
    place / experts AS part,
    ratio,
    1e0 AS even,
    layer,
    expert,
    activations,
    n
FROM (
    SELECT
        *,
        row_number() OVER (PARTITION BY scope ORDER BY ratio, layer, expert) AS place,
        count(*) OVER (PARTITION BY scope) AS experts
    FROM expert_utilisation
    WHERE run_id = :run_id AND n > 0
) AS ranked
-- The first and about 64 more, however many experts there are.
WHERE place = 1 OR place * 64 % experts < 64
ORDER BY tokens, place;
