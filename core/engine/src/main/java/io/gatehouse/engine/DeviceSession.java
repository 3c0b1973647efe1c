package io.gatehouse.engine;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/** Sessions of TensorFlow on a device. */
final class DeviceSession {
    private DeviceSession() {}

    /**
     * The parameters from which the graph of a model is optimized. That takes about a second and saves a tenth of the time
     * of its layers, which smaller models do not win back in a quiz of thousands of tokens.
     */
    static final long MIN_OPTIMIZED_PARAMETERS = 16_000_000;

    /**
     * Opens a session. Memory of a GPU grows as it is needed, and what has no kernel there runs on the CPU.
     *
     * @param optimized whether TensorFlow optimizes the graph before it runs it first
     * @throws GatehouseException INVALID_ARGUMENT if TensorFlow finds no such GPU
     */
    static Session open(Device device, Graph graph, boolean optimized) {
        requirePresent(device);
        return new Session(graph, config(device, true, optimized));
    }

    /** @throws GatehouseException INVALID_ARGUMENT if TensorFlow finds no such GPU */
    static void requirePresent(Device device) {
        if (device.equals(Device.CPU)) {
            return;
        }
        try (Graph graph = new Graph();
                Session session = new Session(graph, config(device, false, false))) {
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
                    "TensorFlow finds no device %s on this machine; use --device cpu, or see docs/gpu.md"
                            .formatted(device.id()),
                    absent);
        }
    }

    private static ConfigProto config(Device device, boolean softPlacement, boolean optimized) {
        int threads = Runtime.getRuntime().availableProcessors();
        ConfigProto.Builder config = ConfigProto.newBuilder()
                .setIntraOpParallelismThreads(threads)
                .setInterOpParallelismThreads(threads)
                .setAllowSoftPlacement(softPlacement)
                .setGraphOptions(GraphOptions.newBuilder()
                        .setRewriteOptions(RewriterConfig.newBuilder().setDisableMetaOptimizer(!optimized)));
        if (device.gpu().isPresent()) {
            config.setGpuOptions(GPUOptions.newBuilder()
                    .setAllowGrowth(true)
                    .setVisibleDeviceList(Integer.toString(device.gpu().getAsInt())));
        } else {
            config.putDeviceCount("GPU", 0);
        }
        return config.build();
    }
}
