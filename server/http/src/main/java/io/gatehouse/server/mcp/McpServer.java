package io.gatehouse.server.mcp;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.gatehouse.client.Session;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Answers the messages of the Model Context Protocol. It keeps nothing between messages: since revision 2026-07-28 each
 * request says its version, and of the revisions before, the handshake (initialize) says nothing that a later request needs.
 */
public final class McpServer {
    /** The revision without a handshake. */
    static final String STATELESS = "2026-07-28";

    /** The revisions with a handshake, the newest first. */
    private static final List<String> WITH_HANDSHAKE = List.of("2025-11-25", "2025-06-18");

    private static final String META = "io.modelcontextprotocol/";

    /** How long a client may keep the list of tools, which changes only with the version of Gatehouse. */
    private static final int LIST_MS = 3_600_000;

    private static final String INSTRUCTIONS = """
            Gatehouse records the routing of a mixture-of-experts model: which experts each router chose for each token of \
            each question, and whether the answer was right. Find out what there is with describe and examples, then ask \
            with query. FROM runs lists the runs; nearly every relation has run_id. Figures of routing have a scope: \
            last_prompt (the last prompt token, at which the model answers), prompt (all prompt tokens) or generated. \
            The figures are observations; only intervention_effect and ablation measure what an expert is needed for.""";

    private static final Pattern ENCODED = Pattern.compile("=\\?base64\\?(.*)\\?=");

    private final List<Tool> tools = Tool.all();
    private final String version;

    public McpServer(String version) {
        this.version = requireNonNull(version, "version is null");
    }

    /** A header of the HTTP request that a message came with; a message of another transport has none. */
    @FunctionalInterface
    public interface Headers {
        Optional<String> find(String name);
    }

    /**
     * What is sent back.
     *
     * @param status of HTTP
     * @param message empty for what needs no answer
     */
    public record Reply(int status, Optional<ObjectNode> message) {
        public Reply {
            requireNonNull(message, "message is null");
        }
    }

    /** An error of the protocol. */
    private record Fault(int status, int code, String message, Optional<ObjectNode> data) {
        private static final int PARSE = -32_700;
        private static final int INVALID_REQUEST = -32_600;
        private static final int NO_METHOD = -32_601;
        private static final int INVALID_PARAMS = -32_602;
        private static final int INTERNAL = -32_603;
        private static final int OTHER_HEADER = -32_020;
        private static final int OTHER_VERSION = -32_022;

        private Fault(int status, int code, String message) {
            this(status, code, message, Optional.empty());
        }

        private Reply reply(JsonNode id) {
            ObjectNode answer = envelope(id);
            ObjectNode error = answer.putObject("error").put("code", code).put("message", message);
            data.ifPresent(value -> error.set("data", value));
            return new Reply(status, Optional.of(answer));
        }
    }

    /** A request, and the headers that it came with over HTTP. */
    private record Request(JsonNode id, String method, JsonNode params, Optional<Headers> headers) {
        /** Whether the request says its version itself, as in the revision without a handshake. */
        boolean isStateless() {
            return meta("protocolVersion").isTextual();
        }

        JsonNode meta(String name) {
            return params.path("_meta").path(META + name);
        }
    }

    /**
     * Answers a message.
     *
     * @param headers empty for a transport that is not HTTP
     */
    public Reply answer(byte[] text, Optional<Headers> headers, Session session) {
        JsonNode message;
        try {
            message = Json.tree(text, "The message");
        } catch (GatehouseException e) {
            return new Fault(400, Fault.PARSE, String.valueOf(e.getMessage())).reply(NullNode.instance);
        }
        JsonNode id = message.path("id");
        if (!message.path("jsonrpc").asText().equals("2.0")
                || !(id.isMissingNode() || id.isTextual() || id.isIntegralNumber())) {
            return new Fault(
                            400,
                            Fault.INVALID_REQUEST,
                            "The message is not a request or notification of JSON-RPC 2.0 with a text or whole number as id.")
                    .reply(NullNode.instance);
        }
        if (id.isMissingNode() || !message.path("method").isTextual()) {
            // A notification, or an answer although nothing was asked.
            return new Reply(202, Optional.empty());
        }
        Request request = new Request(id, message.path("method").textValue(), message.path("params"), headers);
        Optional<Fault> fault = request.isStateless() ? ofStateless(request) : ofHandshake(request);
        return fault.map(found -> found.reply(id)).orElseGet(() -> answer(request, session));
    }

    /** The answer to a message that could not be answered. */
    static ObjectNode defect(JsonNode id) {
        return new Fault(500, Fault.INTERNAL, "Gatehouse failed to answer; its log says more.")
                .reply(id)
                .message()
                .orElseThrow();
    }

    /** What is wrong with a request that says its version itself. */
    private static Optional<Fault> ofStateless(Request request) {
        String asked = request.meta("protocolVersion").textValue();
        Optional<Fault> header = request.headers().flatMap(headers -> header(request, headers, asked));
        if (header.isPresent()) {
            return header;
        }
        if (!asked.equals(STATELESS)) {
            return Optional.of(otherVersion(asked));
        }
        return request.meta("clientCapabilities").isObject()
                ? Optional.empty()
                : Optional.of(new Fault(
                        400,
                        Fault.INVALID_PARAMS,
                        "The request has no \"%sclientCapabilities\" in \"_meta\".".formatted(META)));
    }

    /** Programs between client and server go by the headers, so they must say the same as the message. */
    private static Optional<Fault> header(Request request, Headers headers, String asked) {
        return differs(headers, "MCP-Protocol-Version", asked)
                .or(() -> differs(headers, "Mcp-Method", request.method()))
                .or(() -> request.method().equals("tools/call")
                        ? differs(
                                headers,
                                "Mcp-Name",
                                request.params().path("name").asText())
                        : Optional.empty());
    }

    private static Optional<Fault> differs(Headers headers, String name, String expected) {
        Optional<String> sent = headers.find(name).map(McpServer::decoded);
        return sent.filter(expected::equals).isPresent()
                ? Optional.empty()
                : Optional.of(new Fault(
                        400,
                        Fault.OTHER_HEADER,
                        "The header %s is %s, but the message has \"%s\"."
                                .formatted(
                                        name,
                                        sent.map(value -> "\"%s\"".formatted(value))
                                                .orElse("missing"),
                                        expected)));
    }

    /** A value that a header cannot hold comes in base 64. */
    private static String decoded(String value) {
        Matcher encoded = ENCODED.matcher(value);
        try {
            return encoded.matches()
                    ? new String(Base64.getDecoder().decode(encoded.group(1)), StandardCharsets.UTF_8)
                    : value;
        } catch (IllegalArgumentException e) {
            return value;
        }
    }

    /** What is wrong with a request of a revision with a handshake. */
    private static Optional<Fault> ofHandshake(Request request) {
        return request.headers()
                .flatMap(headers -> headers.find("MCP-Protocol-Version"))
                .filter(asked -> !WITH_HANDSHAKE.contains(asked))
                .map(asked -> asked.equals(STATELESS)
                        ? new Fault(
                                400,
                                Fault.OTHER_HEADER,
                                "The header MCP-Protocol-Version is \"%s\", but the message has no \"%sprotocolVersion\" in \"_meta\"."
                                        .formatted(asked, META))
                        : otherVersion(asked));
    }

    private static Fault otherVersion(String asked) {
        ObjectNode data = Json.object().put("requested", asked);
        versions().forEach(data.putArray("supported")::add);
        return new Fault(
                400,
                Fault.OTHER_VERSION,
                "Version %s of the protocol is not supported.".formatted(asked),
                Optional.of(data));
    }

    private static List<String> versions() {
        return Stream.concat(Stream.of(STATELESS), WITH_HANDSHAKE.stream()).toList();
    }

    private Reply answer(Request request, Session session) {
        boolean stateless = request.isStateless();
        return switch (request.method()) {
            case "initialize" -> stateless ? noMethod(request) : result(request, handshake(request.params()));
            case "ping" -> stateless ? noMethod(request) : result(request, Json.object());
            case "server/discover" -> stateless ? result(request, discovery()) : noMethod(request);
            case "tools/list" -> result(request, list());
            case "tools/call" -> call(request, session);
            default -> noMethod(request);
        };
    }

    private static Reply noMethod(Request request) {
        return new Fault(
                        request.isStateless() ? 404 : 200,
                        Fault.NO_METHOD,
                        "There is no method \"%s\".".formatted(request.method()))
                .reply(request.id());
    }

    private Reply result(Request request, ObjectNode result) {
        if (request.isStateless()) {
            complete(result, request.method());
        }
        ObjectNode answer = envelope(request.id());
        answer.set("result", result);
        return new Reply(200, Optional.of(answer));
    }

    private Reply call(Request request, Session session) {
        String name = request.params().path("name").asText();
        Optional<Tool> tool =
                tools.stream().filter(known -> known.name().equals(name)).findFirst();
        if (tool.isEmpty()) {
            String known = tools.stream().map(Tool::name).collect(Collectors.joining(", "));
            return new Fault(
                            200,
                            Fault.INVALID_PARAMS,
                            "There is no tool \"%s\"; the tools are %s.".formatted(name, known))
                    .reply(request.id());
        }
        return result(request, call(tool.get(), request.params().path("arguments"), session));
    }

    private static ObjectNode envelope(JsonNode id) {
        ObjectNode envelope = Json.object().put("jsonrpc", "2.0");
        envelope.set("id", id);
        return envelope;
    }

    /** What each result has in the revision without a handshake. */
    private void complete(ObjectNode result, String method) {
        result.put("resultType", "complete").putObject("_meta").set(META + "serverInfo", serverInfo());
        if (!method.equals("tools/call")) {
            result.put("ttlMs", LIST_MS).put("cacheScope", "private");
        }
    }

    private ObjectNode serverInfo() {
        return Json.object().put("name", "gatehouse").put("title", "Gatehouse").put("version", version);
    }

    private static ObjectNode capabilities() {
        ObjectNode capabilities = Json.object();
        capabilities.putObject("tools");
        return capabilities;
    }

    private ObjectNode handshake(JsonNode params) {
        String asked = params.path("protocolVersion").asText();
        ObjectNode result = Json.object()
                .put("protocolVersion", WITH_HANDSHAKE.contains(asked) ? asked : WITH_HANDSHAKE.get(0))
                .put("instructions", INSTRUCTIONS);
        result.set("capabilities", capabilities());
        result.set("serverInfo", serverInfo());
        return result;
    }

    private static ObjectNode discovery() {
        ObjectNode discovery = Json.object().put("instructions", INSTRUCTIONS);
        versions().forEach(discovery.putArray("supportedVersions")::add);
        discovery.set("capabilities", capabilities());
        return discovery;
    }

    private ObjectNode list() {
        ObjectNode list = Json.object();
        ArrayNode definitions = list.putArray("tools");
        tools.forEach(tool -> definitions.add(tool.definition()));
        return list;
    }

    /** An error of the tool is a result, which the model reads and can mend. */
    private static ObjectNode call(Tool tool, JsonNode arguments, Session session) {
        ObjectNode result = Json.object();
        ObjectNode content = result.putArray("content").addObject().put("type", "text");
        try {
            String text = tool.call(given(arguments), session);
            content.put("text", text);
            result.putRawValue("structuredContent", new RawValue(text));
            return result.put("isError", false);
        } catch (GatehouseException e) {
            content.put("text", sentence(e));
            return result.put("isError", true);
        }
    }

    private static ObjectNode given(JsonNode arguments) {
        if (arguments.isMissingNode() || arguments.isNull()) {
            return Json.object();
        }
        if (arguments instanceof ObjectNode object) {
            return object;
        }
        throw Json.invalid("The arguments must be an object, but are %s.".formatted(arguments));
    }

    private static String sentence(GatehouseException e) {
        String place = e.position()
                .map(position -> " (line %d, column %d)".formatted(position.line(), position.column()))
                .orElse("");
        return "%s: %s%s".formatted(e.code(), e.getMessage(), place);
    }
}
