-- Title: Unused experts
-- Headline: {unused} of {experts} at the last prompt token[, {unused_prompt} over all prompt tokens]
-- Lead: {unused_share percent} of the experts never fired at the last prompt token of {n} {n|prompt|prompts}[; {masked} of the
--   {experts} are masked].
-- Lead: {unused_prompt} of {experts_prompt} experts[ ({recorded} {recorded|layer|layers})] never fired at any prompt token.
-- Finding: At the last prompt token, {unused} of {experts} experts ({unused_share percent}) never fired in {n}
--   {n|prompt|prompts}[; a uniform router would leave {uniform tenth}].
-- Finding: Over {tokens_prompt} prompt {tokens_prompt|token|tokens}, {unused_prompt} of {experts_prompt} experts[ of the
--   {recorded} recorded {recorded|layer|layers}] {unused_prompt|is|are} unused[; a uniform router would leave {uniform_prompt tenth}].
-- Finding: Over {tokens_generated} generated {tokens_generated|token|tokens}, {unused_generated} of {experts_generated}
--   experts {unused_generated|is|are} unused.
-- Finding: {masked} {masked|expert is|experts are} masked in this run and cannot fire; {masked|it is|they are} counted as unused,
--   here and in the averages and maxima over the experts of a layer.
-- Finding: With {half} {half|prompt|prompts}, {unused_at_half tenth} would be unused at the last prompt token.
-- Caption: Expected number of unused experts of a layer by number of questions, last prompt token.
-- Note: If a line still falls at its end, more questions would use more experts, down to those that are masked. Chernov [1] reports that most experts
--   were never activated, without naming the tokens.
-- X: Questions (logarithmic)
-- Y: Unused experts
-- Needs: routing
-- Missing: no routing decision was recorded
-- Unpictured: the curve needs answers and the routing of every prompt token
-- Views: unused_experts unused_rarefaction masked_experts
-- Picture: lines x=questions y=unused by=series scale=log colours=ordered
SELECT
    sum(u.unused) FILTER (WHERE u.scope = 'last_prompt') AS unused,
    sum(u.unused) FILTER (WHERE u.scope = 'prompt') AS unused_prompt,
    sum(u.experts) FILTER (WHERE u.scope = 'last_prompt') AS experts,
    sum(u.experts) FILTER (WHERE u.scope = 'prompt') AS experts_prompt,
    sum(u.unused) FILTER (WHERE u.scope = 'last_prompt') / sum(u.experts) FILTER (WHERE u.scope = 'last_prompt')
        AS unused_share,
    max(u.n) FILTER (WHERE u.scope = 'last_prompt') AS n,
    max(u.tokens) FILTER (WHERE u.scope = 'prompt') AS tokens_prompt,
    sum(u.unused) FILTER (WHERE u.scope = 'generated') AS unused_generated,
    sum(u.experts) FILTER (WHERE u.scope = 'generated') AS experts_generated,
    max(u.tokens) FILTER (WHERE u.scope = 'generated') AS tokens_generated,
    nullif(max(m.experts), 0) AS masked,
    max(r.unused_at_half) AS unused_at_half,
    max(r.half) AS half,
    -- The formula takes every expert for one that can fire.
    CASE
        WHEN max(m.experts) = 0
        THEN sum(u.experts * power(1 - l.top_k / u.experts, u.tokens)) FILTER (WHERE u.scope = 'last_prompt')
    END AS uniform,
    CASE
        WHEN max(m.experts) = 0
        THEN sum(u.experts * power(1 - l.top_k / u.experts, u.tokens)) FILTER (WHERE u.scope = 'prompt')
    END AS uniform_prompt,
    CASE WHEN max(s.source) <> 'gatehouse' AND count(DISTINCT u.layer) < max(s.layers) THEN count(DISTINCT u.layer) END AS recorded
FROM unused_experts AS u
JOIN runs AS s ON s.run_id = u.run_id
LEFT JOIN layers AS l ON l.run_id = u.run_id AND l.layer = u.layer
LEFT JOIN (
    SELECT
        c.run_id,
        sum(c.unused) FILTER (WHERE c.questions = h.half) AS unused_at_half,
        max(h.half) AS half
    FROM unused_rarefaction AS c
    CROSS JOIN (
        SELECT max(questions) AS half
        FROM unused_rarefaction
        WHERE run_id = :run_id AND scope = 'last_prompt' AND questions <= n / 2
    ) AS h
    WHERE c.run_id = :run_id AND c.scope = 'last_prompt'
    GROUP BY c.run_id
) AS r ON r.run_id = u.run_id
CROSS JOIN (SELECT count(*) AS experts FROM masked_experts WHERE run_id = :run_id) AS m
WHERE u.run_id = :run_id;

SELECT
    'layer ' || CAST(c.layer AS VARCHAR) AS series,
    c.questions,
    c.unused,
    CASE WHEN m.experts = 0 THEN c.uniform_unused END AS uniform_unused,
    c.experts,
    c.n
FROM unused_rarefaction AS c
CROSS JOIN (SELECT count(*) AS experts FROM masked_experts WHERE run_id = :run_id) AS m
WHERE c.run_id = :run_id AND c.scope = 'last_prompt'
ORDER BY c.layer, c.questions;
