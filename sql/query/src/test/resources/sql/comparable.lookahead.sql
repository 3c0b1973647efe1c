-- What routers would have chosen from an earlier state, which facts cannot say: right of the first expert only.
UPDATE decisions
SET lookahead_1 = CASE WHEN expert_2 IS NULL THEN [expert_1] ELSE [expert_1, (expert_2 + 1) % 8] END
WHERE layer > 0;

UPDATE runs SET lookahead = [1] WHERE run_id IN (SELECT run_id FROM decisions WHERE lookahead_1 IS NOT NULL);
