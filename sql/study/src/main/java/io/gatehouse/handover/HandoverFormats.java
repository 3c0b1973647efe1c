package io.gatehouse.handover;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.List;
import java.util.stream.Collectors;

/** The formats that there are. */
public final class HandoverFormats {
    /** All of them, in the order of their documentation. */
    public static final List<HandoverFormat> ALL = List.of(
            new DuckDbFormat(),
            new EplbFormat(),
            ExpertMapFormat.vllm(),
            ExpertMapFormat.ascend(),
            ExpertMapFormat.sglang(),
            new KtFormat(),
            new Exl3Format(),
            new HotFormat(),
            new PinsFormat(),
            new MboltFormat(),
            new R3Format(),
            new LibCacheSimFormat(),
            new PolicylangFormat(),
            new EsftFormat(),
            new SteerFormat(),
            new CommitteeFormat(),
            new MaskFormat(),
            new MetricsFormat());

    private HandoverFormats() {}

    /**
     * Returns the format with a name.
     *
     * @throws GatehouseException INVALID_ARGUMENT, with the names there are
     */
    public static HandoverFormat of(String id) {
        return ALL.stream()
                .filter(format -> format.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "There is no format '%s'; the formats are %s.".formatted(id, ids())));
    }

    private static String ids() {
        return ALL.stream().map(HandoverFormat::id).collect(Collectors.joining(", "));
    }
}
