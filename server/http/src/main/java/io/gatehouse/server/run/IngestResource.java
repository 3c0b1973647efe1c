package io.gatehouse.server.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.JsonField;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.MemoryPermits;
import io.gatehouse.server.http.AddressFields;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.UnreadBody;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Generation;
import io.gatehouse.store.run.ModelLayer;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.schema.GivenName;
import io.gatehouse.store.transfer.GrowingRun;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.LongStream;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import io.javalin.http.UnsupportedMediaTypeResponse;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code POST /v1/ingest}: routing that another engine sends while it computes, as an Arrow stream. Each batch is committed
 * before the next one is read, so that a sender is as fast as the disk.
 */
public final class IngestResource implements Handler {
    public static final String PATH = "/v1/ingest";

    private static final String MEDIA_TYPE = "application/vnd.apache.arrow.stream";
    private static final String SOURCE = "ingest";
    /** More than a run can have of layers and experts, before it is multiplied. */
    private static final long MOST = Short.MAX_VALUE;

    private static final long MOST_EXPERTS = 1 << 19;

    private static final Map<String, RecordComponent> FIELDS = Json.fields(Fields.class);

    /** What the address says of the run and of its model. */
    public record Fields(
            @JsonField(value = "Name of the run, which is continued if there is one.", required = true)
            String run,

            @JsonField("Name of the model.") Optional<String> model,

            @JsonField(value = "Number of its layers.", required = true, minimum = 1)
            Optional<Long> layers,

            @JsonField(value = "Experts of a layer.", required = true, minimum = 1)
            Optional<Long> experts,

            @JsonField(value = "Experts of a token.", required = true, minimum = 1)
            Optional<Long> topK,

            @JsonField("Numbers of the layers without experts, separated by commas.")
            Optional<String> denseLayers,

            @JsonField("Names of columns by what they mean, as MEANING=NAME, separated by commas.")
            Optional<String> columns) {}

    /** What was stored. */
    public record Ingested(
            String run,
            @JsonField("Sequences that were stored.") long sequences,

            @JsonField("Sequences that the run had, which were not stored again.")
            long repeated,

            @JsonField("Tokens and layers of the sequences that were stored.")
            long decisions) {
        private Ingested plus(GrowingRun.Added added) {
            return new Ingested(
                    run, sequences + added.stored(), repeated + added.repeated(), decisions + added.decisions());
        }
    }

    private final Store store;
    private final RunHost host;
    private final String version;
    private final IngestGate gate;

    /**
     * @param received memory for what was received
     * @param work memory for working on batches
     * @param messageTime in which a small batch must arrive
     */
    public IngestResource(
            Store store,
            RunHost host,
            String version,
            MemoryPermits received,
            MemoryPermits work,
            Duration messageTime) {
        this.gate = new IngestGate(received, work, messageTime);
        this.store = requireNonNull(store, "store is null");
        this.host = requireNonNull(host, "host is null");
        this.version = requireNonNull(version, "version is null");
    }

    @Override
    public void handle(Context context) throws IOException {
        InputStream in = context.req().getInputStream();
        try {
            Json.send(context, 200, ingest(context, in));
        } catch (GatehouseException | HttpResponseException e) {
            UnreadBody.leave(context);
            throw e;
        }
    }

    private Ingested ingest(Context context, InputStream in) {
        String type = Json.mediaType(context);
        if (!type.equals(MEDIA_TYPE)) {
            throw new UnsupportedMediaTypeResponse("Routing is sent as %s, not as \"%s\".".formatted(MEDIA_TYPE, type));
        }
        Fields fields = Json.read(AddressFields.of(context, FIELDS), Fields.class);
        RunDescription run = description(fields);
        Map<String, String> columns = columns(fields.columns().orElse(""));
        try (IngestGate.Stream stream = gate.open()) {
            return ingest(run, columns, in, stream);
        } catch (IngestGate.TooSlow e) {
            throw new HttpResponseException(408, String.valueOf(e.getMessage()), Map.of());
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.CONNECTION_LOST,
                    "The stream broke off. What it had whole batches of is stored; send the rest again.",
                    e);
        }
    }

    private Ingested ingest(
            RunDescription description, Map<String, String> columns, InputStream in, IngestGate.Stream stream)
            throws IOException {
        try (Sending sending = new Sending(description)) {
            new LongStream(in, columns, gate.batchMemory(), stream, sending::add).read();
            return sending.finish();
        }
    }

    /** A run while it is being sent; it begins with its first batch. */
    private final class Sending implements AutoCloseable {
        private final RunDescription description;
        private Optional<GrowingRun> begun = Optional.empty();
        private Ingested total;

        Sending(RunDescription description) {
            this.description = description;
            this.total = new Ingested(description.name(), 0, 0, 0);
        }

        void add(List<TracedSequence> sequences) {
            total = total.plus(run().add(sequences));
            host.grown(description.name());
        }

        private GrowingRun run() {
            if (begun.isPresent()) {
                return begun.get();
            }
            GrowingRun run = store.growRun(description);
            begun = Optional.of(run);
            host.begun(description.name());
            return run;
        }

        Ingested finish() {
            begun.ifPresent(GrowingRun::finish);
            return total;
        }

        @Override
        public void close() {
            begun.ifPresent(run -> {
                try {
                    run.close();
                } finally {
                    host.paused(description.name());
                }
            });
        }
    }

    private RunDescription description(Fields fields) {
        int layers = number("layers", fields.layers());
        int experts = number("experts", fields.experts());
        int topK = number("topK", fields.topK());
        if (topK > experts) {
            throw Json.invalid("A token cannot be sent to %d of %d experts.".formatted(topK, experts));
        }
        if ((long) layers * experts > MOST_EXPERTS) {
            throw Json.invalid("%,d layers of %,d experts are too many: a run has at most %,d experts."
                    .formatted(layers, experts, MOST_EXPERTS));
        }
        Set<Integer> dense = dense(fields.denseLayers().orElse(""), layers);
        if (dense.size() == layers) {
            throw Json.invalid("All %d layers are without experts.".formatted(layers));
        }
        List<ModelLayer> model = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            model.add(
                    dense.contains(layer) ? ModelLayer.of(ModelLayer.Kind.DENSE) : ModelLayer.moe(experts, topK, null));
        }
        GivenName.checked("The name of a run", fields.run());
        return new RunDescription(
                fields.run(),
                fields.model().orElse(""),
                "",
                "",
                model,
                fields.run(),
                "",
                0,
                Recording.decisions(Scope.PROMPT),
                "",
                "",
                "",
                version,
                SOURCE,
                "",
                Generation.NONE);
    }

    private static int number(String name, Optional<Long> given) {
        long number = given.orElseThrow(() -> Json.invalid("The address has no parameter \"%s\".".formatted(name)));
        if (number < 1 || number >= MOST) {
            throw Json.invalid(
                    "The parameter \"%s\" is %d; it must be from 1 to %d.".formatted(name, number, MOST - 1));
        }
        return (int) number;
    }

    private static Set<Integer> dense(String listed, int layers) {
        Set<Integer> dense = new HashSet<>();
        for (String text : listed.isEmpty() ? new String[0] : listed.split(",", -1)) {
            if (!text.matches("\\d{1,5}") || Integer.parseInt(text) >= layers) {
                throw Json.invalid(
                        "\"denseLayers\" has \"%s\", which is not one of %d layers.".formatted(text, layers));
            }
            dense.add(Integer.parseInt(text));
        }
        return dense;
    }

    private static Map<String, String> columns(String listed) {
        Map<String, String> columns = new LinkedHashMap<>();
        for (String pair : listed.isEmpty() ? new String[0] : listed.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw Json.invalid("\"columns\" has \"%s\", which is not MEANING=NAME.".formatted(pair));
            }
            columns.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return columns;
    }
}
