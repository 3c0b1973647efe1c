-- Experts of equal weight stand in the order of the gate, where the run knows it.
SELECT layer, subject, expert, weight, place
FROM (
    SELECT
        a.question_id,
        a.layer,
        q.subject,
        a.expert,
        a.weight,
        row_number() OVER (PARTITION BY a.question_id, a.layer ORDER BY a.weight DESC, a."rank", a.expert) AS place
    FROM activations AS a
    JOIN questions AS q ON q.question_id = a.question_id
    WHERE a.run_id = ? AND a.is_last_prompt
) AS placed
ORDER BY question_id, layer, place
