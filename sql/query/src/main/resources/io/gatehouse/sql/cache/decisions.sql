-- The decisions of a run in the order in which one sequence after another would be decoded.
SELECT layer, $ranks
FROM decisions
WHERE run_id = $run AND $tokens AND layer = $layer
ORDER BY question_id, "position", layer
