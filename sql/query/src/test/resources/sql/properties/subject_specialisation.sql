-- A subject's shares sum to top_k, over all experts.
SELECT s.run_id
FROM subject_specialisation AS s
JOIN runs AS r ON r.run_id = s.run_id
GROUP BY s.run_id, s.scope, s.layer, s.subject, r.top_k, r.experts
HAVING abs(sum(s.share) - r.top_k) > 1e-9 OR count(*) <> r.experts;

-- A token is sent to an expert once; counts of which nobody knows the tokens may say otherwise.
SELECT s.run_id
FROM subject_specialisation AS s
JOIN runs AS r ON r.run_id = s.run_id
WHERE s.log_odds IS NOT NULL AND NOT (s.activations <= s.n AND s.share BETWEEN 0 AND 1);

-- A ratio of 1 is an even spread.
SELECT * FROM subject_specialisation WHERE abs(ratio * uniform_share - share) > 1e-12;

-- z and log-odds are on the same side.
SELECT * FROM subject_specialisation WHERE sign(log_odds) <> sign(z) OR (log_odds IS NULL) <> (z IS NULL);

-- Where an expert fires at every token, or at none, no subject differs from the others.
SELECT run_id
FROM subject_specialisation
GROUP BY run_id, scope, layer, expert
HAVING (sum(activations) = 0 OR sum(activations) = sum(n)) AND max(abs(log_odds)) > 0;
