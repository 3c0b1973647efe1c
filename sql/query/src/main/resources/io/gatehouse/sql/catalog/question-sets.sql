SELECT name FROM (
    SELECT place, name FROM (VALUES (1, 'all'), (2, 'right'), (3, 'wrong')) AS fixed(place, name)
    UNION ALL
    SELECT DISTINCT 4 AS place, subject AS name FROM questions
) AS sets
ORDER BY place, name
