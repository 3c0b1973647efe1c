package io.gatehouse.pg.catalog;

import io.gatehouse.pg.wire.PgType;
import io.gatehouse.pg.wire.WireType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The parameters of a statement: each has the type that the client has named, or that of what it is compared with. */
final class Parameters {
    private final List<Integer> numbers;
    private final List<Optional<WireType>> types;

    /**
     * @param numbers for each {@code ?}, the number of the parameter, from 1
     * @param declared types that the client has named
     */
    Parameters(List<Integer> numbers, List<Optional<WireType>> declared) {
        this.numbers = List.copyOf(numbers);
        this.types = new ArrayList<>(declared);
    }

    /** The index of the parameter of a {@code ?}. */
    int index(int place) {
        return numbers.get(place) - 1;
    }

    Optional<WireType> type(int index) {
        return types.get(index);
    }

    void infer(int index, WireType type) {
        if (types.get(index).isEmpty()) {
            types.set(index, Optional.of(type));
        }
    }

    /** The types of all; a text where nothing else is known. */
    List<WireType> types() {
        return types.stream().map(type -> type.orElse(WireType.of(PgType.TEXT))).toList();
    }
}
