question_id IN (
    SELECT question_id
    FROM (
        SELECT question_id, row_number() OVER (ORDER BY md5(CAST(question_id AS VARCHAR)), question_id) AS place
        FROM (SELECT DISTINCT question_id FROM question_usage WHERE run_id = $run) AS recorded
    ) AS placed
    WHERE place % 2 = $half
)
