-- Title: Experts that a subject uses
-- Finding: Half of the choices of a subject go to {share percent} of the experts of a layer, averaged over {subjects}
--   {subjects|subject|subjects} and the layers; if all experts were chosen equally often, it would be {even percent}.
-- Finding: The smallest part is {least percent}, as in layer {layer} for {subject}.
-- Caption: Smallest part of the experts of a layer that gets half of the choices of a subject's prompt tokens.
-- Note: These are the experts that ESFT would fine-tune for the subject with a threshold of one half. Each question counts the
--   same. At most 16 subjects are shown, those with the most questions.
-- X: Layer
-- Y: Subject
-- Value: Experts (%)
-- Needs: answers sequences prompt subjects
-- Missing: no question has all of its prompt tokens recorded
-- Views: esft_scores
-- Picture: heat x=layer y=subject value=share
SELECT
    nullif(count(DISTINCT subject), 0) AS subjects,
    avg(share) AS share,
    0.5e0 AS even,
    min(share) AS least,
    max(layer) FILTER (WHERE place = 1) AS layer,
    max(subject) FILTER (WHERE place = 1) AS subject
FROM (
    SELECT *, row_number() OVER (ORDER BY share, layer, subject) AS place
    FROM (
        SELECT s.subject, s.layer, count(*) FILTER (WHERE s.tokens_before < 0.5) / max(l.experts) AS share
        FROM esft_scores AS s
        JOIN layers AS l ON l.run_id = s.run_id AND l.layer = s.layer
        WHERE s.run_id = :run_id AND s.scope = 'prompt' AND s.subject <> ''
        GROUP BY s.subject, s.layer
    ) AS parts
) AS ranked;

SELECT subject, layer, share, chosen, experts, n
FROM (
    SELECT *, dense_rank() OVER (ORDER BY n DESC, subject) AS place
    FROM (
        SELECT
            s.subject,
            s.layer,
            count(*) FILTER (WHERE s.tokens_before < 0.5) / max(l.experts) AS share,
            count(*) FILTER (WHERE s.tokens_before < 0.5) AS chosen,
            max(l.experts) AS experts,
            max(s.n) AS n
        FROM esft_scores AS s
        JOIN layers AS l ON l.run_id = s.run_id AND l.layer = s.layer
        WHERE s.run_id = :run_id AND s.scope = 'prompt' AND s.subject <> ''
        GROUP BY s.subject, s.layer
    ) AS parts
) AS ranked
WHERE place <= 16
ORDER BY subject, layer;
