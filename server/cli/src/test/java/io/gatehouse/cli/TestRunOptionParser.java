package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.server.GatehouseServer;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestRunOptionParser {
    @Test
    void theDescriptionOfTheApiHasItsOptions() throws IOException {
        List<String> described = new ArrayList<>();
        try (InputStream document = requireNonNull(GatehouseServer.class.getResourceAsStream("openapi.json"))) {
            new ObjectMapper()
                    .readTree(document)
                    .at("/components/schemas/RunRequest/properties")
                    .fieldNames()
                    .forEachRemaining(described::add);
        }
        assertThat(described).containsExactlyInAnyOrderElementsOf(RunOptionParser.names());
    }
}
