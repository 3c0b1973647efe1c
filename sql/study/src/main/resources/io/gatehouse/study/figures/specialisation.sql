-- Section: Beyond the paper
-- Title: Specialisation by subject
-- Finding: In the last layer, {always} pairs of subject and expert meet at every answering token of the subject; an even
--   spread would give each expert {uniform percent}.
-- Finding: The expert that belongs most to one subject is number {expert}, to {subject}: {share percent} of its answering
--   tokens.
-- Note: The last layer at the token that answers: shares of the subject's tokens. Layers are asked for in the statement.
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
