SELECT
    (SELECT count(*) FROM experts WHERE run_id = :run_id) > 0 AS routing,
    (SELECT count(*) FROM answers WHERE run_id = :run_id) > 0 AS answers,
    (SELECT count(*) FROM experts WHERE run_id = :run_id AND scope = 'last_prompt') > 0 AS last_prompt,
    (SELECT count(weight_sum) FROM experts WHERE run_id = :run_id) > 0 AS weights,
    (SELECT count(*) FROM runs WHERE run_id = :run_id AND norms) > 0 AS norms,
    (SELECT count(*) FROM runs WHERE run_id = :run_id AND len(lookahead) > 0) > 0 AS lookahead,
    (SELECT count(*)
        FROM questions AS q
        JOIN runs AS r ON r.quiz = q.quiz
        WHERE r.run_id = :run_id AND q.subject <> '') > 0 AS subjects,
    (SELECT count(*) FROM runs WHERE run_id = :run_id AND questions > 0) > 0 AS sequences,
    (SELECT count(*) FROM experts WHERE run_id = :run_id AND scope = 'prompt') > 0 AS prompt,
    (SELECT count(*) FROM experts WHERE run_id = :run_id AND scope IN ('prompt', 'generated')) > 0 AS tokens,
    (SELECT count(*) FROM experts WHERE run_id = :run_id AND scope = 'generated') > 0 AS generated
