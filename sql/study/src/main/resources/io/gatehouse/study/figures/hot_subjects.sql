-- Title: One set for several subjects
-- Finding: The {resident} busiest {resident|expert|experts} of each layer in one half of the questions of a subject
--   {resident|serves|serve} {own percent} of the uses by {decoded} tokens in the other half, averaged over layers and subjects[; a set of another
--   subject serves {other percent} there]. As many experts at random would serve {uniform percent}.
-- Finding: The set of {subject} serves least in questions of {other_subject}: {least percent} of their uses.
-- Caption: Share of the uses in the questions of a subject that a fixed quarter of the experts of each layer serves, by the
--   subject that the set was chosen on.
-- Note: Averaged over layers. At most 16 subjects are shown, those with the most questions. On its own subject, a set is chosen on one half of
--   the questions and scored on the other half.
-- X: Subject of the questions
-- Y: Subject of the set
-- Value: Uses served (%)
-- Needs: subjects sequences tokens
-- Missing: no subject has two questions with routing
-- Views: subject_hot_set
-- Picture: heat x=other_subject y=subject value=capture least=4
SELECT
    ':decoded' AS decoded,
    max(resident) AS resident,
    avg(capture) FILTER (WHERE subject = other_subject) AS own,
    avg(capture) FILTER (WHERE subject <> other_subject) AS other,
    avg(uniform) AS uniform,
    CASE WHEN count(*) FILTER (WHERE subject <> other_subject) > 0 THEN min(capture) END AS least,
    max(subject) FILTER (WHERE place = 1) AS subject,
    max(other_subject) FILTER (WHERE place = 1) AS other_subject
FROM (
    SELECT
        subject,
        other_subject,
        max(resident) AS resident,
        avg(capture) AS capture,
        avg(uniform) AS uniform,
        row_number() OVER (ORDER BY avg(capture), subject, other_subject) AS place
    FROM subject_hot_set(
        :run_id,
        ':decoded',
        (SELECT CAST(greatest(1, floor(max(experts) / 4)) AS INTEGER) FROM layers WHERE run_id = :run_id)
    )
    WHERE subject <> '' AND other_subject <> ''
    GROUP BY subject, other_subject
) AS pairs;

SELECT subject, other_subject, capture, oracle, uniform, n
FROM (
    SELECT
        *,
        dense_rank() OVER (ORDER BY subject_n DESC, subject) AS place,
        dense_rank() OVER (ORDER BY n DESC, other_subject) AS other_place
    FROM (
        SELECT
            *,
            max(CASE WHEN subject = other_subject THEN n END) OVER (PARTITION BY subject) AS subject_n
        FROM (
            SELECT
                subject,
                other_subject,
                avg(capture) AS capture,
                avg(oracle) AS oracle,
                avg(uniform) AS uniform,
                max(n) AS n
            FROM subject_hot_set(
                :run_id,
                ':decoded',
                (SELECT CAST(greatest(1, floor(max(experts) / 4)) AS INTEGER) FROM layers WHERE run_id = :run_id)
            )
            WHERE subject <> '' AND other_subject <> ''
            GROUP BY subject, other_subject
        ) AS pairs
    ) AS sized
    WHERE subject_n IS NOT NULL
) AS ranked
WHERE place <= 16 AND other_place <= 16
ORDER BY subject, other_subject;
