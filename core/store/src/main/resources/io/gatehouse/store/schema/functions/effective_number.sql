-- Number of equally probable outcomes that would have the entropy, given in nats.
-- Arguments: entropy
-- Formula: exp(H)
-- Source: Jost 2006, Oikos 113(2).
exp(entropy)
