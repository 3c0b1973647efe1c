-- Share of the questions that were answered correctly.
SELECT avg(CASE WHEN correct THEN 1.0 ELSE 0.0 END) AS MEASURE accuracy FROM answers;

-- Number of activations.
SELECT count(*) AS MEASURE load FROM activations;

-- Mean weight of an activation.
SELECT avg(weight) AS MEASURE mean_weight FROM activations;

-- Mean entropy of the gate over all experts, in nats.
SELECT avg(entropy) AS MEASURE mean_entropy FROM token_routing;

-- Mean probability that the gate gives to the top-k experts together.
SELECT avg(mass) AS MEASURE mean_mass FROM token_routing;

-- Mean margin: the selection score of the last chosen expert minus that of the next one.
SELECT avg(margin) AS MEASURE mean_margin FROM token_routing;
