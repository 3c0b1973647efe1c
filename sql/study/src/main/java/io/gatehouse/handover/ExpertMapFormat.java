package io.gatehouse.handover;

import static java.util.stream.Collectors.joining;

import io.gatehouse.client.Rows;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The experts of each rank, as {@code placement_map} deals them out, in the layout of an engine with expert parallelism.
 *
 * @param id name of the format
 * @param layout how the engine reads it
 */
record ExpertMapFormat(String id, Layout layout) implements HandoverFormat {
    /**
     * The expert in each slot of the layers that have experts. Slots are in the order of ranks, as many on each.
     *
     * @param layers number of layers of the model, those without experts included
     * @param experts number of experts of a layer, of the one with the most
     */
    record ExpertMap(int layers, int experts, int ranks, int replicas, SortedMap<Integer, List<Integer>> slots) {
        private List<Integer> ofRank(List<Integer> slotsOfLayer, int rank) {
            int perRank = replicas / ranks;
            return slotsOfLayer.subList(rank * perRank, (rank + 1) * perRank);
        }
    }

    /** How an engine reads a map. */
    interface Layout {
        void write(ExpertMap map, Writer out) throws IOException;
    }

    /** A list for each layer with experts, as vLLM reads {@code initial_expert_map_path} (vllm-project/vllm#49572). */
    static ExpertMapFormat vllm() {
        return new ExpertMapFormat("vllm-map", ExpertMapFormat::writeVllm);
    }

    /** The {@code expert_map_path} of vLLM Ascend, which numbers the layers with experts from 0. */
    static ExpertMapFormat ascend() {
        return new ExpertMapFormat("ascend-map", ExpertMapFormat::writeAscend);
    }

    /** What SGLang reads as {@code --init-expert-location}: a list for each layer, those without experts included. */
    static ExpertMapFormat sglang() {
        return new ExpertMapFormat("sglang-map", ExpertMapFormat::writeSglang);
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RUN, Choice.SCOPE, Choice.RANKS, Choice.REPLICAS);
    }

    @Override
    public Written write(Handover handover, Path file) throws IOException {
        // It refuses a run without routing, of which all maps are alike.
        ExpertMatrix matrix = ExpertMatrix.of(handover, this);
        ExpertMap map = map(handover, matrix);
        TextFile.write(file, out -> layout.write(map, out));
        return matrix.written();
    }

    private ExpertMap map(Handover handover, ExpertMatrix matrix) {
        ExportedRun run = handover.exported();
        int ranks = handover.choices()
                .ranks()
                .orElseThrow(() ->
                        new GatehouseException(ErrorCode.INVALID_ARGUMENT, "--as %s needs --ranks N.".formatted(id)));
        int replicas = replicas(handover.choices().replicas(), ranks, run.experts());
        SortedMap<Integer, List<Integer>> slots = new TreeMap<>();
        try (Rows rows = run.ask("expert_map", matrix.scope(), ranks, replicas)) {
            while (rows.next()) {
                slots.computeIfAbsent(ExportedRun.number(rows, 0), layer -> new ArrayList<>())
                        .add(ExportedRun.number(rows, 1));
            }
        }
        return new ExpertMap(run.layers(), run.experts(), ranks, replicas, slots);
    }

    private static int replicas(Optional<Integer> chosen, int ranks, int experts) {
        int replicas = chosen.orElseGet(() -> Math.toIntExact((experts + ranks - 1L) / ranks * ranks));
        if (replicas < experts) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "--replicas is %d; it must be at least %d, the number of experts of a layer."
                            .formatted(replicas, experts));
        }
        if (replicas % ranks != 0) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "--replicas is %d; it must be a multiple of --ranks, which is %d.".formatted(replicas, ranks));
        }
        return replicas;
    }

    private static void writeVllm(ExpertMap map, Writer out) throws IOException {
        out.write("[\n  %s\n]\n"
                .formatted(map.slots().values().stream().map(List::toString).collect(joining(",\n  "))));
    }

    private static void writeAscend(ExpertMap map, Writer out) throws IOException {
        out.write("{\"moe_layer_count\": %d, \"layer_list\": ["
                .formatted(map.slots().size()));
        int number = 0;
        for (List<Integer> slots : map.slots().values()) {
            String devices = IntStream.range(0, map.ranks())
                    .mapToObj(rank ->
                            "    {\"device_id\": %d, \"device_expert\": %s}".formatted(rank, map.ofRank(slots, rank)))
                    .collect(joining(",\n"));
            out.write("%s\n  {\"layer_id\": %d, \"device_count\": %d, \"device_list\": [\n%s]}"
                    .formatted(number == 0 ? "" : ",", number, map.ranks(), devices));
            number++;
        }
        out.write("]}\n");
    }

    private static void writeSglang(ExpertMap map, Writer out) throws IOException {
        // A layer without experts has the row that SGLang makes where nothing is given.
        List<Integer> unused = IntStream.range(0, map.replicas())
                .map(slot -> slot % map.experts())
                .boxed()
                .toList();
        out.write("{\"physical_to_logical_map\": [\n  %s\n]}\n"
                .formatted(IntStream.range(0, map.layers())
                        .mapToObj(
                                layer -> map.slots().getOrDefault(layer, unused).toString())
                        .collect(joining(",\n  "))));
    }
}
