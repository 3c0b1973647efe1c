package io.gatehouse.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TestNearNames {
    @Test
    void countsEdits() {
        assertThat(NearNames.distance("layer", "layer")).isZero();
        assertThat(NearNames.distance("layer", "layers")).isEqualTo(1);
        assertThat(NearNames.distance("layer", "player")).isEqualTo(1);
        assertThat(NearNames.distance("layer", "lawer")).isEqualTo(1);
        assertThat(NearNames.distance("layer", "alyer")).isEqualTo(1);
        assertThat(NearNames.distance("", "abc")).isEqualTo(3);
    }

    @Test
    void findsTheNearestWhateverItsCase() {
        assertThat(NearNames.nearest("LAYRE", List.of("expert", "layer", "layers")))
                .contains("layer");
        assertThat(NearNames.nearest("ab", List.of("ac", "ad"))).contains("ac");
        assertThat(NearNames.nearest("layer", List.of("layer", "position"))).isEmpty();
    }

    @Test
    void listsThoseThatBeginTheSameWayFirst() {
        assertThat(NearNames.several("college", List.of("law", "college_law", "college_physics")))
                .containsExactly("college_law", "college_physics");
        assertThat(NearNames.several("xyz", List.of("anatomy"))).isEmpty();
    }
}
