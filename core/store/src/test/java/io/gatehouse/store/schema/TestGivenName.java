package io.gatehouse.store.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.GatehouseException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestGivenName {
    @Test
    void takesWhatPeopleWrite() {
        for (String name :
                List.of("r", "OLMoE-1B-7B/mmlu 100 %", "日本 𝕏", "نام‌ها", "n".repeat(200), "𝕏".repeat(200))) {
            assertThat(GivenName.checked("The name of a run", name)).isEqualTo(name);
        }
    }

    @Test
    void refusesWhatATerminalWouldObeyAndWhatHasNoEnd() {
        assertThatThrownBy(() -> GivenName.checked("The name of a run", "a\u001b[31mb"))
                .isInstanceOf(GatehouseException.class)
                .hasMessage("The name of a run has the control character U+001B; it may have none.");
        for (String name : List.of(
                "a\nb", "a\rb", "a\tb", "a\u0000b", "a\u007fb", "a\u009bb", "a\u2028b", "a\u202eb", "a\ud800b")) {
            assertThatThrownBy(() -> GivenName.checked("The name of a run", name))
                    .hasMessageContaining("control character");
        }
        assertThatThrownBy(() -> GivenName.checked("The name of a saved query", "n".repeat(201)))
                .hasMessage("The name of a saved query has 201 characters; it may have 200.");
        assertThatThrownBy(() -> GivenName.checked("The name of a run", " "))
                .hasMessage("The name of a run must not be blank.");
        assertThatThrownBy(() -> GivenName.checked("The name of a run", ".."))
                .hasMessageContaining("The name of a run must not be \"..\"");
    }
}
