package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.trace.reader.TraceShape;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Which answers of a rollout are correct, as its rewards say. Rewards that are all 1, 0 or −1 are those of a verifier: 1 is
 * correct. Others, such as those of a reward model, say it only if the user names the least reward of a correct answer.
 */
final class RolloutRewards {
    private RolloutRewards() {}

    /**
     * Whether each answer is correct; empty if the rewards do not say it.
     *
     * @param rewards of each sample, if it has one
     * @param place names the file in errors
     */
    static List<Boolean> correct(Object place, List<OptionalDouble> rewards, TraceShape shape) {
        if (shape.correctFrom().isPresent()) {
            double least = shape.correctFrom().getAsDouble();
            int missing = rewards.indexOf(OptionalDouble.empty());
            if (missing >= 0) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_DATASET,
                        "%s, sample %d has no reward that is a number. If it is a dictionary, choose one of its fields with --metric"
                                .formatted(place, missing));
            }
            return rewards.stream().map(reward -> reward.getAsDouble() >= least).toList();
        }
        boolean verified = rewards.stream().allMatch(reward -> reward.isPresent() && isVerdict(reward.getAsDouble()));
        return verified
                ? rewards.stream().map(reward -> reward.getAsDouble() == 1).toList()
                : List.of();
    }

    private static boolean isVerdict(double reward) {
        return reward == 1 || reward == 0 || reward == -1;
    }
}
