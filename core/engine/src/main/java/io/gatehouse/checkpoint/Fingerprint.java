package io.gatehouse.checkpoint;

import io.gatehouse.base.Sha256;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * SHA-256 over a list of files: for each its name and a zero byte, its length as 8 bytes big-endian, the length of the
 * part of it that counts, and that part. Reading 14 GB of weights to name a model would take longer than a small run,
 * so of weight files the header counts, and after all files a sample of the weights: for each sampled tensor its name
 * and a zero byte, and the length and the bytes of its middle. Models that differ nowhere else have the same fingerprint.
 */
final class Fingerprint {
    private final MessageDigest digest = Sha256.digest();

    /** Adds a file of {@code length} bytes of which {@code part} counts. */
    void add(Path file, long length, byte[] part) {
        digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(length)
                .putLong(part.length)
                .array());
        digest.update(part);
    }

    /** Adds the middle of a tensor. */
    void add(TensorInfo tensor, byte[] middle) {
        digest.update(tensor.name().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(middle.length).array());
        digest.update(middle);
    }

    /** At most {@code limit} tensors at even distances in the list, the first among them. */
    static List<TensorInfo> sample(List<TensorInfo> tensors, int limit) {
        int count = Math.min(tensors.size(), limit);
        return IntStream.range(0, count)
                .mapToObj(i -> tensors.get(Math.toIntExact((long) i * tensors.size() / count)))
                .toList();
    }

    /** Adds a whole small file; one that is absent adds nothing. */
    void addIfPresent(Path file, int limit) {
        if (Files.exists(file)) {
            byte[] content = ModelFiles.read(file, limit);
            add(file, content.length, content);
        }
    }

    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
