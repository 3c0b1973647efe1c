-- There are experts, no more than the layer has and no more than the tokens choose.
SELECT * FROM working_set
WHERE NOT (n > 0 AND distinct_experts > 0 AND distinct_experts <= experts * (1 + 1e-9) AND over_k <= tokens * (1 + 1e-9));

-- One token uses its own experts, and so does a uniform one.
SELECT * FROM working_set
WHERE tokens = 1 AND (abs(over_k - 1) > 1e-9 OR abs(uniform * over_k - distinct_experts) > 1e-9 * experts);

-- Of two neighbours the second adds the experts that it does not reuse.
SELECT w.run_id
FROM working_set AS w
JOIN expert_reuse AS r ON r.run_id = w.run_id AND r.scope = w.scope AND r.layer = w.layer
WHERE w.tokens_from = 'window' AND w.tokens = 2 AND r.lag = 1 AND (w.n <> r.n OR abs(w.over_k - (2 - r.reuse)) > 1e-9);

-- A larger batch uses no fewer experts.
SELECT a.run_id
FROM working_set AS a
JOIN working_set AS b
    ON b.run_id = a.run_id AND b.scope = a.scope AND b.layer = a.layer AND b.tokens_from = a.tokens_from
WHERE a.tokens_from = 'batch' AND a.tokens < b.tokens AND a.distinct_experts > b.distinct_experts * (1 + 1e-9);

-- At the last prompt token a batch of questions is a subset of the questions of the run.
SELECT w.run_id
FROM working_set AS w
JOIN unused_rarefaction AS u
    ON u.run_id = w.run_id AND u.scope = w.scope AND u.layer = w.layer AND u.questions = w.tokens
WHERE w.scope = 'last_prompt' AND abs(w.distinct_experts - (u.experts - u.unused)) > 1e-6;
