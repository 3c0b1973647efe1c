package io.gatehouse.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.type.SqlType.Decimal;
import io.gatehouse.type.SqlType.ListOf;
import io.gatehouse.type.SqlType.Other;
import io.gatehouse.type.SqlType.Scalar;
import org.junit.jupiter.api.Test;

final class TestSqlType {
    @Test
    void readsWhatItWrites() {
        for (SqlType scalar : Scalar.values()) {
            assertThat(SqlType.parse(scalar.toString())).isEqualTo(scalar);
            assertThat(SqlType.parse(scalar + "[][]")).isEqualTo(new ListOf(new ListOf(scalar)));
        }
        assertThat(SqlType.parse("DECIMAL(18,3)")).isEqualTo(new Decimal(18, 3)).hasToString("DECIMAL(18,3)");
    }

    @Test
    void readsTheSpellingsOfDuckDb() {
        assertThat(SqlType.parse("DECIMAL(18, 3)[]")).hasToString("DECIMAL(18,3)[]");
        assertThat(SqlType.parse("FLOAT[3]")).hasToString("FLOAT[]");
        assertThat(SqlType.parse("TIMESTAMP WITH TIME ZONE")).isEqualTo(Scalar.TIMESTAMP_WITH_TIME_ZONE);
    }

    @Test
    void namesATypeThatItDoesNotKnow() {
        assertThat(SqlType.find("STRUCT(a INTEGER)")).isEmpty();
        assertThat(SqlType.of("STRUCT(a INTEGER)[]"))
                .isEqualTo(new ListOf(new Other("STRUCT(a INTEGER)")))
                .hasToString("STRUCT(a INTEGER)[]");
        assertThat(SqlType.of("BIGINT[]")).isEqualTo(new ListOf(Scalar.BIGINT));
        assertThatThrownBy(() -> SqlType.parse("varchar")).hasMessage("There is no SQL type varchar");
    }
}
