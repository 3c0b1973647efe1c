package io.gatehouse.engine;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;

/**
 * The device that a model runs on.
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
     * Opens a session on this device. Memory of a GPU grows as it is needed, and what has no kernel there runs on the
     * CPU.
     *
     * @throws GatehouseException INVALID_ARGUMENT if TensorFlow finds no such GPU
     */
    Session open(Graph graph) {
        if (gpu.isPresent()) {
            requirePresent();
        }
        return new Session(graph, config(true));
    }

    private void requirePresent() {
        try (Graph graph = new Graph();
                Session session = new Session(graph, config(false))) {
            Ops tf = Ops.create(graph);
            var probe = tf.withDevice(DeviceSpec.newBuilder()
                            .deviceType(DeviceSpec.DeviceType.GPU)
                            .deviceIndex(0)
                            .build())
                    .math
                    .add(tf.constant(1f), tf.constant(1f));
            session.runner().fetch(probe).run().close();
        } catch (TensorFlowException | TFInvalidArgumentException absent) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "TensorFlow finds no device %s on this machine; run with --device cpu, or see docs/gpu.md"
                            .formatted(id()),
                    absent);
        }
    }

    private ConfigProto config(boolean softPlacement) {
        int threads = Runtime.getRuntime().availableProcessors();
        ConfigProto.Builder config = ConfigProto.newBuilder()
                .setIntraOpParallelismThreads(threads)
                .setInterOpParallelismThreads(threads)
                .setAllowSoftPlacement(softPlacement);
        if (gpu.isPresent()) {
            config.setGpuOptions(GPUOptions.newBuilder()
                    .setAllowGrowth(true)
                    .setVisibleDeviceList(Integer.toString(gpu.getAsInt())));
        } else {
            config.putDeviceCount("GPU", 0);
        }
        return config.build();
    }
}
