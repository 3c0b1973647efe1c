SELECT layer, expert, n, activations, other_n, other_activations
FROM contrast(?, ?, ?, ?, ?)
