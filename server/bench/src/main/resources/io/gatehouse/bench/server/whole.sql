-- What a run has of its questions, from facts and from rollups, as one statement sees it.
SELECT r.questions, r.layers, r.top_k, a.answered, a.prompt_tokens, t.tokens, d.decisions, e.activations
FROM runs AS r,
  (SELECT count(*) AS answered, coalesce(sum(prompt_tokens), 0) AS prompt_tokens FROM answers WHERE run_id = ?) AS a,
  (SELECT count(*) AS tokens FROM tokens WHERE run_id = ?) AS t,
  -- A condition that no rollup knows: these are counted one by one.
  (SELECT count(*) AS decisions FROM token_routing WHERE run_id = ? AND "position" >= 0) AS d,
  (SELECT coalesce(sum(activations), 0) AS activations FROM experts WHERE run_id = ? AND scope = 'prompt') AS e
WHERE r.run_id = ?
