package io.gatehouse.server.model;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.gatehouse.base.JsonField;
import io.gatehouse.completion.CompletionRequest;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.ClientConnection;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.Problem;
import io.javalin.http.Context;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /v1/models}, {@code /v1/completions} and {@code /v1/chat/completions}, as OpenAI has them. */
public final class CompletionsResource {
    public static final String MODELS = "/v1/models";
    public static final String COMPLETIONS = "/v1/completions";
    public static final String CHAT = "/v1/chat/completions";

    /** Whose errors are {@link ModelError}s. */
    public static final Set<String> PATHS = Set.of(MODELS, COMPLETIONS, CHAT);

    private static final Logger LOG = LoggerFactory.getLogger(CompletionsResource.class);

    private final ModelCatalog catalog;
    private final long created = Instant.now().getEpochSecond();

    public CompletionsResource(ModelCatalog catalog) {
        this.catalog = requireNonNull(catalog, "catalog is null");
    }

    /** The body of {@code GET /v1/models}. */
    public record Models(@JsonField(values = "list") String object, List<Model> data) {}

    /** A model that can be asked. */
    public record Model(
            @JsonField("What a request says.") String id,
            @JsonField(values = "model") String object,

            @JsonField("Start of the server, in seconds since 1970.")
            long created,

            @JsonProperty("owned_by") @JsonField(values = "gatehouse")
            String ownedBy) {}

    public void models(Context context) {
        List<Model> models = catalog.names().stream()
                .map(name -> new Model(name, "model", created, "gatehouse"))
                .toList();
        Json.send(context, 200, new Models("list", models));
    }

    public void complete(Context context) {
        CompletionFields fields = Json.body(context, CompletionFields.class);
        CompletionRequest request = fields.request();
        SamplingFields.Delivery delivery = fields.sampling().delivery();
        String model = catalog.name(fields.sampling().model());
        answer(
                context,
                model,
                request,
                delivery,
                new TextFormat(model, request.samples(), request.top().isPresent()));
    }

    public void chat(Context context) {
        ChatFields fields = Json.body(context, ChatFields.class);
        CompletionRequest request = fields.request();
        SamplingFields.Delivery delivery = fields.sampling().delivery();
        String model = catalog.name(fields.sampling().model());
        answer(context, model, request, delivery, new ChatFormat(model, request.samples(), request.top()));
    }

    private void answer(
            Context context,
            String model,
            CompletionRequest request,
            SamplingFields.Delivery delivery,
            ResponseFormat format) {
        ModelQueue requests = catalog.requests(model);
        if (delivery.streamed()) {
            stream(requests, request, new CompletionStream(context, format), delivery.usage());
        } else {
            Json.send(context, 200, format.whole(requests.complete(request, ClientConnection.of(context)::hasLeft)));
        }
    }

    private static void stream(ModelQueue requests, CompletionRequest request, CompletionStream out, boolean usage) {
        try {
            try {
                requests.stream(request, out::isUnwanted, out);
                out.end(usage);
            } catch (GatehouseException e) {
                if (!out.hasBegun()) {
                    throw e;
                }
                out.fail(Problem.of(e));
            }
        } catch (UncheckedIOException e) {
            if (!out.hasBegun()) {
                throw e;
            }
            LOG.debug("The client of a stream has left", e);
        }
    }
}
