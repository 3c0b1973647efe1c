-- How many equally probable outcomes would have an entropy, in nats: of 64 experts those that count, as it were.
-- Arguments: entropy
-- Formula: exp(H)
-- Source: Jost 2006, Oikos 113(2).
exp(entropy)
