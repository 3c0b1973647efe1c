SELECT scope, layer, expert, sum(activations) AS activations, sum(weight_sum) AS weight_sum
FROM parts
GROUP BY scope, layer, expert
