-- Section: Beyond the paper
-- Title: Specialisation by subject
-- Finding: In the last layer, {always} pairs of subject and expert occur at every last prompt token of the subject;
--   uniform routing would give each expert {uniform percent}.
-- Finding: The most specialised expert is number {expert}, for {subject}: {share percent} of its last prompt tokens.
-- Note: Last layer, last prompt token: shares of the subject's tokens. Change the layer in the statement.
-- Views: subject_specialisation
-- Picture: heat x=expert y=subject value=share
SELECT
    count(*) FILTER (WHERE share = 1) AS always,
    max(uniform_share) AS uniform,
    arg_max(expert, log_odds) AS expert,
    arg_max(subject, log_odds) AS subject,
    arg_max(share, log_odds) AS share
FROM subject_specialisation
WHERE run_id = :run_id AND scope = 'last_prompt'
    AND layer = (SELECT max(layer) FROM gate_entropy WHERE run_id = :run_id);

SELECT layer, subject, expert, n, activations, share, uniform_share, log_odds, z
FROM subject_specialisation
WHERE run_id = :run_id AND scope = 'last_prompt'
    AND layer = (SELECT max(layer) FROM gate_entropy WHERE run_id = :run_id)
ORDER BY subject, expert;
