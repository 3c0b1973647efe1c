-- One row per run, scope, layer and number of tokens: how many experts saw fewer tokens than a given number.
--
-- Group: Load
-- Order: 5
-- Title: Calibration coverage
-- Definition: quantisation and pruning calibrate an expert on the tokens that the router sends to it, so an expert with
--   few tokens is calibrated badly or not at all. This counts the experts below each of eight numbers of tokens, with
--   the questions of the run as calibration set. For another number, compare it with the column activations of experts.
--   Scope last_prompt counts only the last prompt token of each question;
--   scope prompt counts every prompt token, including the last one, for runs that recorded them.
-- Formula: a_e = tokens routed to expert e, n = tokens of the scope; below = #{e : a_e < minimum};
--   below_share = below / experts; fewest = min_e a_e; tokens_needed = ceil(minimum n / fewest).
-- Source: questions from users of quantisation tools, such as GPTQModel issue 1439 and llm-compressor issue 1593; the
--   matrix that GPTQ inverts has full rank only from as many tokens as its layer has inputs, Frantar et al. 2022, arXiv
--   2210.17323.
-- Version: 1
-- Example: SELECT layer, minimum, below, experts, fewest, tokens_needed, n
--   FROM calibration_coverage
--   WHERE run_id = 1 AND scope = 'prompt'
--   ORDER BY layer, minimum
-- Picture: lines x=layer y=below_share by=minimum
--   SELECT minimum, layer, below_share
--   FROM calibration_coverage
--   WHERE run_id = 1 AND scope = 'prompt' AND minimum IN (1, 32, 128, 256, 2048)
--   ORDER BY minimum, layer
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   minimum INTEGER: Number of tokens that an expert should see: 1, 32, 64, 128, 256, 512, 1024 or 2048
--   experts BIGINT: Number of experts of the layer
--   below BIGINT: Number of experts that saw fewer tokens than the minimum
--   below_share DOUBLE: below / experts, 0 to 1
--   fewest BIGINT: Number of tokens that the expert with the fewest saw
--   tokens_needed BIGINT NULL: Number of tokens of the scope that give every expert the minimum if the shares of the experts stay the same; NULL if an expert saw none
--   n BIGINT: Number of tokens
SELECT
    e.run_id,
    e.scope,
    e.layer,
    m.minimum,
    count(*) AS experts,
    count(*) FILTER (WHERE e.activations < m.minimum) AS below,
    count(*) FILTER (WHERE e.activations < m.minimum) / count(*) AS below_share,
    min(e.activations) AS fewest,
    CAST(ceil(m.minimum * sum(e.activations) / k.top_k / nullif(min(e.activations), 0)) AS BIGINT) AS tokens_needed,
    CAST(sum(e.activations) / k.top_k AS BIGINT) AS n
FROM experts AS e
JOIN layers AS k ON k.run_id = e.run_id AND k.layer = e.layer
CROSS JOIN (VALUES (1), (32), (64), (128), (256), (512), (1024), (2048)) AS m(minimum)
GROUP BY e.run_id, e.scope, e.layer, m.minimum, k.top_k
HAVING sum(e.activations) > 0
