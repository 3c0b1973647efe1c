package io.gatehouse.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TestShellWords {
    @Test
    void quotesOnlyWhatAShellWouldNotReadBack() {
        assertThat(ShellWords.join(List.of("run", "--name", "allenai/OLMoE-1B", "--mask", "0:3,1:2")))
                .isEqualTo("run --name allenai/OLMoE-1B --mask 0:3,1:2");
        assertThat(ShellWords.join(List.of("--name", "no experts", "--stop", "it's", "")))
                .isEqualTo("--name 'no experts' --stop 'it'\\''s' ''");
        assertThat(ShellWords.quoted("$HOME")).isEqualTo("'$HOME'");
    }
}
