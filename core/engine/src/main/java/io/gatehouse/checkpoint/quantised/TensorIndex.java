package io.gatehouse.checkpoint.quantised;

import java.util.Optional;

/** Finds the tensors of a checkpoint under the names that its files give them, whatever way they are stored. */
@FunctionalInterface
public interface TensorIndex {
    /**
     * Returns the tensor of that name.
     *
     * @throws io.gatehouse.error.GatehouseException CORRUPT_CHECKPOINT if what belongs to it is missing or has another
     *     shape, UNSUPPORTED_MODEL if it is stored in a way that is not read
     */
    Optional<StoredTensor> find(String name);
}
