package io.gatehouse.trace;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.NearNames;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Sources of routing besides our own engine. */
public enum TraceKind {
    VLLM("vllm", "responses of vLLM with routed experts (.jsonl, .json)", VllmResponses::new),
    SGLANG("sglang", "responses of SGLang with routed experts (.jsonl, .json)", SglangResponses::new),
    SGLANG_RECORDS("sglang-records", "dumps of SGLang's expert distribution recorder (.pt)", SglangRecords::new),
    ROUTER_LOGITS("router-logits", "router_logits of Hugging Face's models (.safetensors, .npz)", RouterLogits::new),
    OLMOE("olmoe", "experts by token of OLMoE's own script (.jsonl)", OlmoeTokens::new),
    OLMOE_COUNTS("olmoe-counts", "expert counts that OLMoE's repository ships (.pkl)", OlmoeCounters::new),
    MEGATRON("megatron", "router traces of Megatron core (.jsonl)", MegatronTrace::new),
    MEGATRON_COUNTS("megatron-counts", "Megatron's tokens by expert and iteration (.jsonl)", MegatronCounts::new),
    SLIME("slime", "rollouts of slime with routed experts (.pt)", SlimeRollouts::new),
    VERL("verl", "tensors of a batch of verl's rollouts with routed experts (.pt)", VerlRollouts::new),
    IMATRIX("imatrix", "importance matrices of llama.cpp (.gguf)", ImatrixCounts::new),
    COMMITTEE("committee", "CommitteeAudit's table of experts (.csv)", CommitteeCsv::new),
    C3PO("c3po", "C3PO's cases (.json, .jsonl)", C3poCases::new),
    FLAME("flame", "FLAME-MoE's traces, a file a layer (.parquet)", FlameTrace::new),
    EXL3("exl3", "expert profiles of exllamav3 (.npz, .exl3moe, .json)", Exl3Census::new),
    ESFT("esft", "scores of ESFT, a file a layer (expert_weights_LAYER.txt)", EsftWeights::new),
    MBOLT("mbolt", "traces of llama.cpp with mbolt's patch", MboltTrace::new),
    EXPERT_LOG("expert-log", "logs of moe-l2's llama.cpp with lines EXPERT|L3|T17: …", ExpertLog::new),
    RTRACE("rtrace", "gates of llama-router-trace, RTRACE01", RouterTrace::new),
    COLIBRI("colibri", "routing of colibri: ROUTE_TRACE, or its export (.json)", ColibriTrace::new),
    ONNX_GENAI("onnx-genai", "traces of onnx-genai (.json)", OnnxGenaiTrace::new),
    POLICYLANG("policylang", "traces of moe-policylang (.parquet, .jsonl)", PolicylangTrace::new),
    LONG("long", "tables of routing, a row an expert, a token or a count (.csv, .parquet, .jsonl)", LongTable::new),
    LM_EVAL("lm-eval", "samples of lm-evaluation-harness: correct and incorrect answers (.jsonl)", LmEvalSamples::new);

    private final String id;
    private final String description;

    @SuppressWarnings("ImmutableEnumChecker") // a constructor
    private final Supplier<TraceReader> reader;

    TraceKind(String id, String description, Supplier<TraceReader> reader) {
        this.id = id;
        this.description = description;
        this.reader = reader;
    }

    /** Name as users and the database write it. */
    public String id() {
        return id;
    }

    /** What its files are, and how their names end. */
    public String description() {
        return description;
    }

    /** Kinds of routing; the samples of lm-evaluation-harness only add answers to one of them. */
    private static Stream<TraceKind> routing() {
        return Arrays.stream(values()).filter(kind -> kind != LM_EVAL);
    }

    /**
     * The kind of routing of that name.
     *
     * @throws GatehouseException INVALID_ARGUMENT, with the names there are
     */
    public static TraceKind of(String id) {
        return routing()
                .filter(kind -> kind.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Unknown kind of import '%s'%s The kinds are %s"
                                .formatted(id, suggestion(id), String.join(", ", ids()))));
    }

    private static List<String> ids() {
        return routing().map(TraceKind::id).toList();
    }

    private static String suggestion(String id) {
        return NearNames.nearest(id, ids()).map("; did you mean %s?"::formatted).orElse(".");
    }

    /**
     * Reads a file and gives what it holds to the listener.
     *
     * @throws GatehouseException FILE_NOT_FOUND; INVALID_ARGUMENT if the source needs to be told more; CORRUPT_DATASET
     *     with the field that is missing or wrong
     */
    public void read(Path file, TraceShape shape, TraceListener listener) {
        requireNonNull(shape, "shape is null");
        requireNonNull(listener, "listener is null");
        reader.get().read(file, shape, listener);
    }
}
