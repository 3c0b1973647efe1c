SELECT
    r.run_id,
    r.name,
    r.model,
    r.architecture,
    r.fingerprint,
    r.layers,
    r.experts,
    r.top_k,
    r.quiz,
    r.prompt_format,
    r.shots,
    r.recorded,
    r.precision,
    r.device,
    r.status,
    r.questions,
    r.started_at,
    r.finished_at,
    r.compute_seconds,
    r.gatehouse_version,
    r.probabilities,
    r.norms,
    r.lookahead,
    r.interventions,
    r.source,
    r.skipped_questions,
    r.shortened_prompts,
    r.storage,
    r.max_new_tokens,
    r.sampling,
    r.answer_rule,
    r.answer_match,
    r.stop,
    r.note,
    r.tags,
    coalesce(a.answered, 0) AS answered,
    coalesce(a.correct, 0) AS correct,
    coalesce(l.routed_layers, 0) AS routed_layers,
    coalesce(l.least_experts, r.experts) AS least_experts,
    g.run_id IS NOT NULL AS generated
FROM runs AS r
LEFT JOIN (
    SELECT run_id, count(*) AS answered, count(*) FILTER (WHERE correct) AS correct
    FROM answers
    GROUP BY run_id
) AS a ON a.run_id = r.run_id
LEFT JOIN (
    SELECT run_id, count(*) AS routed_layers, min(experts) AS least_experts
    FROM layers
    WHERE experts > 0
    GROUP BY run_id
) AS l ON l.run_id = r.run_id
LEFT JOIN (
    SELECT DISTINCT run_id
    FROM experts
    WHERE scope = 'generated'
) AS g ON g.run_id = r.run_id
ORDER BY r.run_id
