-- One row per run that masks experts, reference run and masked expert: statistics of the expert in the reference run
-- beside the effect of masking it.
--
-- Group: Interventions
-- Order: 2
-- Title: Statistics and ablation
-- Definition: the statistics are those of the reference run at the scope. A run that masks several experts has one effect
--   for all of them: use masked_experts = 1 to compare statistics with the effects of single experts.
-- Formula: effect and log_probability_effect as in intervention_effect; the others as in pruning_criteria and
--   expert_accuracy. Does a statistic predict the effect? corr(statistic, log_probability_effect) over the rows.
-- Source: after the causal audit of routing statistics 2026, arXiv 2606.10703.
-- Version: 1
-- Example: SELECT layer, expert, frequency, gate_mass, lift, effect, log_probability_effect, masked_experts, n
--   FROM ablation
--   WHERE scope = 'last_prompt'
--   ORDER BY run_id, layer, expert
--   LIMIT 50
-- Picture: table
--
-- Columns:
--   run_id INTEGER: The run that masks
--   reference_run_id INTEGER: The run that does not
--   scope VARCHAR: Tokens of the reference run that are counted: last_prompt (the last token of each prompt) or prompt (all prompt tokens)
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: The masked expert, from 0
--   masked_experts BIGINT: Number of experts that the run masks
--   n BIGINT: Number of questions that both runs answered
--   effect DOUBLE: Accuracy without the masked experts minus accuracy with them
--   log_probability_effect DOUBLE NULL: Mean change of the correct letter's log-probability, in nats; NULL if the answers are those of generated texts
--   activations BIGINT: Number of tokens that the reference run routed to the expert
--   frequency DOUBLE: Share of the tokens that were routed to the expert, 0 to 1
--   gate_mass DOUBLE NULL: Mean weight of the expert over all tokens; NULL if an import has no value
--   mean_weight DOUBLE NULL: Mean weight of the expert where it fired; NULL if it never did
--   ean_mean DOUBLE NULL: Mean norm of its outputs; NULL if the reference run recorded none or the expert never fired
--   reap DOUBLE NULL: Mean of weight times norm, as in pruning_criteria; NULL if the reference run recorded no norms or the expert never fired
--   lift DOUBLE NULL: Accuracy when it fired minus the accuracy of the reference run; NULL if it never fired
--   stratified_lift DOUBLE NULL: Accuracy with the expert minus accuracy without, within subjects; NULL where no subject has both
SELECT
    i.run_id,
    i.reference_run_id,
    p.scope,
    p.layer,
    p.expert,
    i.masked_experts,
    i.n,
    i.effect,
    i.log_probability_effect,
    p.n AS activations,
    p.frequency,
    p.gate_mass,
    p.mean_weight,
    p.ean_mean,
    p.reap,
    a.lift,
    a.stratified_lift
FROM intervention_effect AS i
JOIN masked_experts AS m ON m.run_id = i.run_id
JOIN pruning_criteria AS p ON p.run_id = i.reference_run_id AND p.layer = m.layer AND p.expert = m.expert
JOIN expert_accuracy AS a
    ON a.run_id = p.run_id AND a.scope = p.scope AND a.layer = p.layer AND a.expert = p.expert
