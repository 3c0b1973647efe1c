-- The experts of each layer that fired most at the scope; the lower of equal ones.
SELECT layer, expert
FROM experts
WHERE run_id = $1 AND scope = $2
QUALIFY row_number() OVER (PARTITION BY layer ORDER BY activations DESC, expert) <= $3
ORDER BY layer, expert
