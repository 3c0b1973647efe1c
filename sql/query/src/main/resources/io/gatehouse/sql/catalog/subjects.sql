SELECT DISTINCT subject FROM questions ORDER BY subject
