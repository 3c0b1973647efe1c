-- What routers would have chosen from an earlier state, which facts cannot say: right of the first expert only.
UPDATE decisions
SET rank_details = CASE
    WHEN expert_2 IS NULL THEN [row(NULL, expert_1, NULL)]
    ELSE [row(NULL, expert_1, NULL), row(NULL, (expert_2 + 1) % 8, NULL)]
END
WHERE layer > 0;

UPDATE runs SET lookahead = [1] WHERE run_id IN (SELECT run_id FROM decisions WHERE rank_details IS NOT NULL);

UPDATE runs SET probabilities = 'all' WHERE run_id IN (SELECT run_id FROM gates);

UPDATE layers SET expert_bytes = 100_000 * (layer + 1) WHERE run_id = 1;
