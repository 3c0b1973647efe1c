-- Title: Experts of a batch
-- Finding: A batch of {size} {decoded} tokens taken at random uses {batch percent} of the experts of a layer[, averaged over
--   layers, whose values range from {least..most percent}]; with independent, uniform choices it would be {uniform percent}.
-- Finding: As many {decoded} tokens in a row use {in_a_row percent}.
-- Caption: Share of the experts of a layer that some tokens use together, averaged over layers.
-- Note: A batch is tokens of unrelated sequences that are decoded together; neighbours are successive tokens of one question,
--   as in prefill or in drafts that are verified. An expert that several of them use is read once.
-- X: Tokens together (logarithmic)
-- Y: Experts used (%)
-- Chance: independent, uniform choices
-- Needs: sequences
-- Missing: no routing decision was recorded
-- Views: working_set
-- Picture: lines x=tokens y=share by=tokens_of chance=uniform_share scale=log legend=chance
SELECT
    ':decoded' AS decoded,
    8 AS size,
    avg(distinct_experts / experts) FILTER (WHERE tokens_from = 'batch') AS batch,
    min(distinct_experts / experts) FILTER (WHERE tokens_from = 'batch') AS least,
    max(distinct_experts / experts) FILTER (WHERE tokens_from = 'batch') AS most,
    avg(uniform / experts) FILTER (WHERE tokens_from = 'batch') AS uniform,
    avg(distinct_experts / experts) FILTER (WHERE tokens_from = 'window') AS in_a_row
FROM working_set
WHERE run_id = :run_id AND scope = ':decoded' AND tokens = 8 AND n >= 30;

SELECT
    CASE tokens_from WHEN 'batch' THEN 'batch of ' ELSE 'neighbouring ' END || scope || ' tokens' AS tokens_of,
    tokens,
    avg(distinct_experts / experts) AS share,
    avg(uniform / experts) AS uniform_share,
    avg(distinct_experts) AS distinct_experts,
    avg(over_k) AS over_top_k,
    min(n) AS n
FROM working_set
WHERE run_id = :run_id AND scope IN ('prompt', 'generated') AND n >= 30
GROUP BY tokens_from, scope, tokens
ORDER BY tokens_from, scope DESC, tokens;
