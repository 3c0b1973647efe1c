-- The decisions of a run in the order in which one sequence after another would be decoded.
SELECT question_id, "position", layer, $ranks
FROM decisions
WHERE run_id = $run AND $tokens AND $condition
ORDER BY question_id, "position", layer
