package io.gatehouse.sample.training;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter.Tensor;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.error.FileFailure;
import io.gatehouse.sample.training.TrainingPlan.Dimensions;
import io.gatehouse.sample.vocabulary.BytePairVocabulary;
import io.gatehouse.sample.vocabulary.TokenizerJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The files of a Hugging Face checkpoint of an OLMoE model, as they are written. */
final class CheckpointDirectory {
    private static final String TRANSFORMERS_VERSION = "4.43.0";

    private final Path directory;

    private CheckpointDirectory(Path directory) {
        this.directory = directory;
    }

    /** Makes the directory if it is not there; what is in it stays until it is written over. */
    static CheckpointDirectory create(Path directory) {
        requireNonNull(directory, "directory is null");
        try {
            return new CheckpointDirectory(Files.createDirectories(directory));
        } catch (IOException e) {
            throw FileFailure.writing(directory, e);
        }
    }

    /** A vocabulary's tokenizer, before there is a checkpoint. */
    static Tokenizer tokenizer(BytePairVocabulary vocabulary) {
        try {
            Path file = Files.createTempFile("tokenizer", ".json");
            try {
                Files.writeString(file, TokenizerJson.of(vocabulary));
                return Tokenizer.open(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw FileFailure.writing(Path.of(System.getProperty("java.io.tmpdir")), e);
        }
    }

    void write(Dimensions dimensions, BytePairVocabulary vocabulary, List<Tensor> tensors) {
        write("tokenizer.json", TokenizerJson.of(vocabulary));
        write("tokenizer_config.json", tokenizerConfig(dimensions));
        write("config.json", config(dimensions));
        write("generation_config.json", generation());
        SafetensorsWriter.write(directory.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
    }

    void writeCard(TrainingReport report) {
        write("README.md", ModelCard.of(report));
    }

    /** The keys of Hugging Face's OlmoeConfig. */
    private static ObjectNode config(Dimensions dimensions) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.putArray("architectures").add("OlmoeForCausalLM");
        config.put("attention_bias", false);
        config.put("attention_dropout", 0.0);
        config.putNull("bos_token_id");
        config.putNull("clip_qkv");
        config.put("eos_token_id", BytePairVocabulary.END_OF_TEXT_ID);
        config.put("hidden_act", "silu");
        config.put("hidden_size", dimensions.hidden());
        config.put("initializer_range", 0.02);
        config.put("intermediate_size", dimensions.intermediate());
        config.put("max_position_embeddings", dimensions.positions());
        config.put("model_type", "olmoe");
        config.put("norm_topk_prob", false);
        config.put("num_attention_heads", dimensions.heads());
        config.put("num_experts", dimensions.experts());
        config.put("num_experts_per_tok", dimensions.topK());
        config.put("num_hidden_layers", dimensions.layers());
        config.put("num_key_value_heads", dimensions.heads());
        config.put("output_router_logits", false);
        config.put("pad_token_id", BytePairVocabulary.PADDING_ID);
        config.put("rms_norm_eps", 1e-5);
        config.putNull("rope_scaling");
        config.put("rope_theta", Dimensions.ROPE_THETA);
        config.put("router_aux_loss_coef", 0.01);
        config.put("tie_word_embeddings", false);
        config.put("torch_dtype", "bfloat16");
        config.put("transformers_version", TRANSFORMERS_VERSION);
        config.put("use_cache", true);
        config.put("vocab_size", dimensions.vocabulary());
        return config;
    }

    private static ObjectNode tokenizerConfig(Dimensions dimensions) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("tokenizer_class", "PreTrainedTokenizerFast");
        config.put("add_bos_token", false);
        config.put("add_eos_token", false);
        config.put("clean_up_tokenization_spaces", false);
        config.put("eos_token", BytePairVocabulary.END_OF_TEXT);
        config.put("pad_token", BytePairVocabulary.PADDING);
        config.putNull("unk_token");
        config.put("model_max_length", dimensions.positions());
        return config;
    }

    private static ObjectNode generation() {
        ObjectNode generation = JsonNodeFactory.instance.objectNode();
        generation.put("_from_model_config", true);
        generation.put("eos_token_id", BytePairVocabulary.END_OF_TEXT_ID);
        generation.put("pad_token_id", BytePairVocabulary.PADDING_ID);
        generation.put("transformers_version", TRANSFORMERS_VERSION);
        return generation;
    }

    private void write(String name, ObjectNode document) {
        write(name, document.toPrettyString() + "\n");
    }

    private void write(String name, String text) {
        Path file = directory.resolve(name);
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }
}
