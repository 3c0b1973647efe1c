package io.gatehouse.engine;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The device that a model runs on. A server names devices without loading TensorFlow, which is in {@link DeviceSession}.
 *
 * @param gpu number of the GPU, from 0; the CPU if absent
 */
public record Device(OptionalInt gpu) {
    /** All cores of the machine. */
    public static final Device CPU = new Device(OptionalInt.empty());

    private static final Pattern GPU = Pattern.compile("gpu(?::(\\d{1,3}))?");

    /** Reads {@code cpu}, {@code gpu} or {@code gpu:1}. */
    public static Device of(String id) {
        if (id.equals("cpu")) {
            return CPU;
        }
        Matcher matcher = GPU.matcher(id);
        if (!matcher.matches()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Unknown device '%s'; use cpu, gpu or gpu:N, where N is the number of a GPU".formatted(id));
        }
        String index = matcher.group(1);
        return new Device(OptionalInt.of(index == null ? 0 : Integer.parseInt(index)));
    }

    /** As it is written on a command line and recorded with a run. */
    public String id() {
        return gpu.isPresent() ? "gpu:" + gpu.getAsInt() : "cpu";
    }

    /**
     * Checks that this machine has the device.
     *
     * @throws GatehouseException INVALID_ARGUMENT if TensorFlow finds no such GPU
     */
    public void requirePresent() {
        DeviceSession.requirePresent(this);
    }
}
