package io.gatehouse.sql.spark;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;

final class TestSparkConnection {
    private static final URI ADDRESS = URI.create("sc://lab7");

    @Test
    void takesTheVersionThatItSpeaksTo() {
        assertThatCode(() -> SparkConnection.requireVersion("4.2.1", ADDRESS)).doesNotThrowAnyException();
        assertThatThrownBy(() -> SparkConnection.requireVersion("4.20.0", ADDRESS))
                .hasMessage("Spark 4.20.0 answers at lab7, and Gatehouse speaks to Spark 4.2.");
    }
}
