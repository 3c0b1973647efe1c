-- What no run needs any more.
DELETE FROM expert_weights WHERE fingerprint NOT IN (SELECT fingerprint FROM runs);
DELETE FROM expert_weight_pairs WHERE fingerprint NOT IN (SELECT fingerprint FROM runs);
DELETE FROM notes WHERE fingerprint NOT IN (SELECT fingerprint FROM runs);
DELETE FROM notes WHERE only_run NOT IN (SELECT run_id FROM runs);
DELETE FROM questions WHERE quiz NOT IN (SELECT quiz FROM runs);
DELETE FROM question_attributes WHERE question_id NOT IN (SELECT question_id FROM questions);
