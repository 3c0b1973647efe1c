-- One row per run and subject, of runs that generated text: how long the texts are and why they ended.
--
-- Group: Answers
-- Order: 4
-- Title: Length of generated texts
-- Definition: the tokens that the model generated after each prompt, the one that ended the text included. A text that
--   reached max_new_tokens is cut, so its length is a lower bound.
-- Formula: mean_tokens = tokens / n; cut_share = cut / n.
-- Source: none needed: counts of generations.
-- Version: 1
-- Example: SELECT subject, n, mean_tokens, most_tokens, cut, cut_share
--   FROM generation_lengths
--   WHERE run_id = 1
--   ORDER BY mean_tokens DESC, subject
-- Picture: table
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: generated: the tokens that the model sampled
--   subject VARCHAR: Subject within the quiz
--   n BIGINT: Number of texts
--   tokens BIGINT: Number of their tokens
--   mean_tokens DOUBLE: Mean number of tokens
--   least_tokens INTEGER: Smallest number of tokens
--   most_tokens INTEGER: Largest number of tokens
--   cut BIGINT: Number of texts that ended because they reached max_new_tokens
--   cut_share DOUBLE: cut / n, 0 to 1
--   mean_seconds DOUBLE: Mean time of a text, while other texts of the run were generated, too
SELECT
    g.run_id,
    'generated' AS scope,
    q.subject,
    count(*) AS n,
    CAST(sum(g.tokens) AS BIGINT) AS tokens,
    sum(g.tokens) / count(*) AS mean_tokens,
    min(g.tokens) AS least_tokens,
    max(g.tokens) AS most_tokens,
    count(*) FILTER (WHERE g.finish_reason = 'length') AS cut,
    count(*) FILTER (WHERE g.finish_reason = 'length') / count(*) AS cut_share,
    significant(avg(g.seconds)) AS mean_seconds
FROM generations AS g
JOIN questions AS q ON q.question_id = g.question_id
GROUP BY g.run_id, q.subject
