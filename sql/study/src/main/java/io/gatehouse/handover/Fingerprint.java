package io.gatehouse.handover;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What an export is of: a list of experts is for one model, and of one text. It stands beside the file, because most
 * formats have no place for it.
 */
record Fingerprint(Map<String, Object> about, Map<String, Object> fingerprint) {
    static final String SUFFIX = ".meta.json";

    static Fingerprint of(ExportedRun run, HandoverFormat format, HandoverFormat.Written written) {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("format", format.id());
        about.put("gatehouse", run.session().version());
        about.put("run", run.name());
        Map<String, Object> fingerprint = new LinkedHashMap<>();
        fingerprint.put("model", run.model());
        fingerprint.put("checkpoint", run.checkpoint());
        fingerprint.put("architecture", run.architecture());
        fingerprint.put("layers", run.layers());
        // Arrays have only these.
        fingerprint.put("moe_layers", run.moeLayers());
        fingerprint.put("experts", run.experts());
        fingerprint.put("top_k", run.topK());
        fingerprint.put("storage", run.storage());
        fingerprint.put("scope", written.scope());
        fingerprint.put("n", written.tokens());
        // exllamav3 compares the ones that it knows with those of the model that it loads.
        fingerprint.values().removeIf(""::equals);
        return new Fingerprint(about, fingerprint);
    }

    void write(Path file) throws IOException {
        Files.writeString(file, "{%s,%n \"fingerprint\": {%s}}%n".formatted(fields(about), fields(fingerprint)));
    }

    private static String fields(Map<String, Object> fields) {
        return fields.entrySet().stream()
                .map(field -> "\"%s\": %s".formatted(field.getKey(), json(field.getValue())))
                .collect(Collectors.joining(", "));
    }

    /** A number, a list of numbers, or a text in quotes. */
    static String json(Object value) {
        if (value instanceof Number || value instanceof List) {
            return value.toString();
        }
        StringBuilder text = new StringBuilder("\"");
        for (char c : value.toString().toCharArray()) {
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append("\\u%04x".formatted((int) c));
            } else {
                text.append(c);
            }
        }
        return text.append('"').toString();
    }
}
