package io.gatehouse.cli.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.EndTokens;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.Generated;
import io.gatehouse.engine.prefill.GenerationListener;
import io.gatehouse.engine.prefill.GenerationOptions;
import io.gatehouse.engine.prefill.PrefillTrace;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "prefill",
        description = {
            "Writes the engine's output for given prompts, to compare it with another engine.",
            "The input is {\"prompts\": [[token ids], ...]}; the output has, for each prompt i, p{i}.input_ids,"
                    + " p{i}.last_logits, p{i}.logits and p{i}.hidden_states, and for each layer l with experts"
                    + " p{i}.layer{l}.NAME, where NAME is router_logits, router_probs, topk_ids, topk_weights and, if"
                    + " experts are not chosen by their probability, topk_scores.",
            "With --generate the output also has p{i}.generated, the most probable tokens after each prompt; an end"
                    + " token is chosen only as the last one."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example:",
            "  gatehouse prefill --model core/sample/model --prompts inputs.json \\",
            "      --output actual.safetensors"
        })
public final class PrefillCommand implements Callable<Integer> {
    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "Checkpoint: a directory in Hugging Face layout, or a GGUF file.")
    private Path model = Path.of("");

    @Option(
            names = "--prompts",
            required = true,
            paramLabel = "FILE",
            description = "JSON file with the token ids of each prompt.")
    private Path prompts = Path.of("");

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description = "Safetensors file to write.")
    private Path out = Path.of("");

    @Option(names = "--generate", paramLabel = "N", description = "Generate exactly N tokens after each prompt.")
    private int generate;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private record Inputs(List<int[]> prompts) {}

    @Override
    public Integer call() {
        if (generate < 0) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "--generate %d is not a number of tokens".formatted(generate));
        }
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            List<int[]> inputs = read();
            warnOfLength(inputs, checkpoint.config().maxPositions());
            PrefillTrace trace = new PrefillTrace(inputs);
            try (Engine engine = Engine.load(checkpoint, compute.options())) {
                List<Prompt> texts = inputs.stream().map(Prompt::new).toList();
                engine.prefill(texts, Capture.TRACE, trace);
                if (generate > 0) {
                    GenerationOptions options = GenerationOptions.exactly(generate, EndTokens.of(model));
                    engine.generate(texts, options, Capture.NOTHING, new GenerationListener() {
                        @Override
                        public void finished(int prompt, Generated generated) {
                            trace.generated(prompt, generated.tokens());
                        }
                    });
                }
            }
            SafetensorsWriter.write(out, trace.tensors(), Map.of("model", checkpoint.name()));
            spec.commandLine().getOut().printf("Prompts written to %2$s: %1$d%n", inputs.size(), out);
            return 0;
        }
    }

    /** Other engines compute such a prompt without a word. */
    private void warnOfLength(List<int[]> inputs, int longest) {
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).length > longest) {
                spec.commandLine()
                        .getErr()
                        .printf(
                                "Prompt %d has %,d tokens; the context length of the model is %,d%n",
                                i, inputs.get(i).length, longest);
            }
        }
    }

    private List<int[]> read() {
        try {
            byte[] json = Files.readAllBytes(prompts);
            ObjectMapper mapper = new ObjectMapper();
            if (mapper.readTree(json).path("prompts").getNodeType() != JsonNodeType.ARRAY) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT, "%s has no list named \"prompts\"".formatted(prompts));
            }
            List<int[]> inputs = mapper.readValue(json, Inputs.class).prompts();
            if (inputs.contains(null)) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Prompt %d of %s is null and not a list of token ids".formatted(inputs.indexOf(null), prompts));
            }
            return inputs;
        } catch (JsonProcessingException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s is not JSON of the form {\"prompts\": [[token ids], ...]}: %s"
                            .formatted(prompts, e.getOriginalMessage()),
                    e);
        } catch (IOException e) {
            throw FileFailure.reading(prompts, e);
        }
    }
}
