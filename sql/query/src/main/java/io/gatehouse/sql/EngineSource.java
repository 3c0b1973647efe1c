package io.gatehouse.sql;

import io.gatehouse.store.schema.StoredTable;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Opens engines for one kind of address. Implementations are found by {@link java.util.ServiceLoader}. */
public interface EngineSource {
    /**
     * An engine that has the rows of a directory, or empty if the address is of another kind.
     *
     * @param directory an exported directory or one of a cluster's runs, by the name that the engine has for it
     * @param tables what lies in the directory
     */
    Optional<ExecutionEngine> open(URI address, String directory, List<StoredTable> tables);
}
