package io.gatehouse.duckdb;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestDamage {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "IO Error: ZSTD Decompression failure",
                "Invalid Input Error: TProtocolException: Invalid data",
                "Invalid Input Error: No magic bytes found at end of file 'a.parquet'",
                "IO Error: Corrupt database file: computed checksum 1 does not match stored checksum 2 in block",
                "Serialization Error: Failed to deserialize"
            })
    void isOfFiles(String message) {
        assertThat(Damage.isIn(message)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Conversion Error: Could not convert string 'Corrupt Parquet' to INT32",
                "Invalid Input Error: 'Corrupt' is not a unit",
                "Out of Memory Error: could not allocate block of size 256.0 KiB"
            })
    void isNotOfQueries(String message) {
        assertThat(Damage.isIn(message)).isFalse();
    }
}
