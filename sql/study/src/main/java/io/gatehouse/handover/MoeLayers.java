package io.gatehouse.handover;

import io.gatehouse.client.Rows;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers of a model that have experts, each the same number of them.
 *
 * @param numbers of the layers in the model, rising
 */
record MoeLayers(List<Integer> numbers, int experts) {
    MoeLayers {
        numbers = List.copyOf(numbers);
    }

    /** Refuses a run whose layers have different numbers of experts, for formats in which they have the same. */
    static MoeLayers of(ExportedRun run, HandoverFormat format) {
        List<Integer> numbers = new ArrayList<>();
        List<Integer> experts = new ArrayList<>();
        try (Rows rows = run.ask("moe_layers")) {
            while (rows.next()) {
                numbers.add(ExportedRun.number(rows, 0));
                experts.add(ExportedRun.number(rows, 1));
            }
        }
        List<Integer> sizes = experts.stream().distinct().toList();
        if (sizes.size() > 1) {
            throw run.lacks(format, "has layers of %s experts, not the same number in each".formatted(sizes));
        }
        return new MoeLayers(numbers, sizes.isEmpty() ? 0 : sizes.get(0));
    }
}
