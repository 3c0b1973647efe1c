SELECT avg(accuracy)
FROM (
    SELECT avg(CAST(a.correct AS INTEGER)) AS accuracy
    FROM answers AS a
    JOIN questions AS q USING (question_id)
    WHERE a.run_id = ?
    GROUP BY q.subject
)
