package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.server.run.RunsResource;
import org.junit.jupiter.api.Test;

final class TestRunOptionParser {
    @Test
    void theServerTakesWhatTheCommandLineTakes() {
        assertThat(RunsResource.OPTIONS).containsExactlyInAnyOrderElementsOf(RunOptionParser.names());
    }
}
