INSERT INTO runs (
    run_id, name, model, fingerprint, architecture, layers, experts, top_k, quiz, prompt_format, shots, recorded,
    precision, device, status, questions, started_at, gatehouse_version,
    probabilities, norms, lookahead, interventions, source, storage, max_new_tokens, sampling,
    answer_rule, answer_match, stop
)
SELECT coalesce(max(run_id), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?,
    nullif(?, 0), nullif(?, ''), nullif(?, ''), nullif(?, ''), ?
FROM runs
RETURNING run_id
