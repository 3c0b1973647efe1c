"""Records tiny random models of several families, and compares with the router logits that their own code returns."""

import importlib.util
import os
import unittest
import uuid
from unittest import skipUnless

import gatehouse

URL = os.environ.get("GATEHOUSE_TEST_URL", "")
HAS_MODELS = all(importlib.util.find_spec(name) for name in ("torch", "transformers", "numpy"))

SIZES = dict(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=3,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
    pad_token_id=0,
    bos_token_id=1,
    eos_token_id=2,
)


def renormalised(logits, k):
    values, experts = logits.float().softmax(-1).topk(k)
    return values / values.sum(-1, keepdim=True), experts


def plain(logits, k):
    return logits.float().softmax(-1).topk(k)


# Name of the configuration, sizes, and how weights follow from logits.
FAMILIES = [
    ("OlmoeConfig", dict(num_experts=8, num_experts_per_tok=3), plain),
    ("MixtralConfig", dict(num_local_experts=8, num_experts_per_tok=2), renormalised),
    (
        "Qwen2MoeConfig",
        dict(num_experts=8, num_experts_per_tok=2, moe_intermediate_size=16, shared_expert_intermediate_size=16),
        plain,
    ),
    (
        "Qwen3MoeConfig",
        dict(num_experts=8, num_experts_per_tok=4, moe_intermediate_size=16, head_dim=8, norm_topk_prob=True),
        renormalised,
    ),
    (
        "Qwen3MoeConfig",
        dict(num_experts=8, num_experts_per_tok=2, moe_intermediate_size=16, head_dim=8, mlp_only_layers=[1]),
        plain,
    ),
    ("GraniteMoeConfig", dict(num_local_experts=8, num_experts_per_tok=2), renormalised),
    ("GptOssConfig", dict(num_local_experts=8, num_experts_per_tok=2, head_dim=8), renormalised),
    ("FlexOlmoConfig", dict(num_experts=8, num_experts_per_tok=2), plain),
    (
        "MiniMaxConfig",
        dict(num_local_experts=8, num_experts_per_tok=2, head_dim=8, layer_types=["full_attention"] * 3),
        renormalised,
    ),
]

MOE = dict(moe_intermediate_size=16)
# Name of the configuration, sizes, and whether experts are chosen by something else than their probability or logit.
CHOICES = [
    ("OlmoeConfig", dict(num_experts=8, num_experts_per_tok=3), False),
    ("GptOssConfig", dict(num_local_experts=8, num_experts_per_tok=2, head_dim=8), False),
    ("GraniteMoeConfig", dict(num_local_experts=8, num_experts_per_tok=2), False),
    ("Ernie4_5_MoeConfig", dict(moe_num_experts=8, moe_k=2, moe_layer_start_index=0, **MOE), True),
    (
        "DeepseekV3Config",
        dict(
            n_routed_experts=8,
            num_experts_per_tok=2,
            n_group=2,
            topk_group=1,
            first_k_dense_replace=1,
            num_key_value_heads=4,
            q_lora_rank=16,
            kv_lora_rank=16,
            qk_rope_head_dim=8,
            qk_nope_head_dim=8,
            v_head_dim=8,
            **MOE,
        ),
        True,
    ),
    ("MiniMaxM2Config", dict(num_local_experts=8, num_experts_per_tok=2, head_dim=8), True),
]


@skipUnless(URL, "GATEHOUSE_TEST_URL names no server")
@skipUnless(HAS_MODELS, "torch, transformers and numpy are not installed")
class RecorderTest(unittest.TestCase):
    def setUp(self):
        self.connection = gatehouse.connect(URL)
        self.addCleanup(self.connection.close)
        self.run_name = "recorded " + uuid.uuid4().hex

    @staticmethod
    def model(config, sizes, seed=5):
        import torch
        import transformers

        torch.manual_seed(seed)
        kind = getattr(transformers, config)(**{**SIZES, **sizes})
        return transformers.AutoModelForCausalLM.from_config(kind).float().eval()

    def stored(self):
        """By sequence, layer and position: phase, experts and weights, best first."""
        rows = self.connection.execute(
            """
            SELECT q.value, a.layer, a."position", a.phase, a.expert, a.weight
            FROM activations AS a
            JOIN runs AS r ON r.run_id = a.run_id
            JOIN question_attributes AS q ON q.question_id = a.question_id AND q.name = 'name'
            WHERE r.name = ? ORDER BY q.value, a.layer, a."position", a.rank""",
            [self.run_name],
        )
        found = {}
        for name, layer, position, phase, expert, weight in rows:
            decision = found.setdefault((name, layer, position), (phase, [], []))
            decision[1].append(expert)
            decision[2].append(weight)
        return found

    def assert_matches(self, model, texts, prompts, weigh):
        """What is stored is what the routers say of each text, computed alone and at once; its last token is no input."""
        import torch

        stored = self.stored()
        expected = set()
        k = model.config.num_experts_per_tok
        dense = set(getattr(model.config, "mlp_only_layers", None) or [])
        for name, ids in texts.items():
            inputs = torch.tensor([ids[:-1] if len(ids) > prompts[name] else ids])
            with torch.no_grad():
                logits = model(inputs, output_router_logits=True, use_cache=False).router_logits
            layers = [layer for layer in range(model.config.num_hidden_layers) if layer not in dense]
            self.assertEqual(len(layers), len(logits))
            for layer, of_layer in zip(layers, logits):
                weights, experts = weigh(of_layer.reshape(-1, of_layer.shape[-1]), k)
                for position in range(inputs.shape[1]):
                    key = (name, layer, position)
                    expected.add(key)
                    self.assertIn(key, stored)
                    phase, found, found_weights = stored[key]
                    self.assertEqual("prompt" if position < prompts[name] else "generated", phase, key)
                    self.assertEqual(set(experts[position].tolist()), set(found), key)
                    for one, other in zip(weights[position].tolist(), found_weights):
                        self.assertAlmostEqual(one, other, delta=1e-4, msg=key)
        self.assertEqual(expected, set(stored))

    def test_records_what_routers_return(self):
        import torch

        for config, sizes, weigh in FAMILIES:
            with self.subTest(config, **sizes):
                self.run_name = "recorded " + uuid.uuid4().hex
                model = self.model(config, sizes)
                # The second prompt is shorter: it is padded on the left.
                ids = torch.tensor([[1, 7, 9, 11, 5], [0, 0, 1, 8, 6]])
                mask = (ids != 0).long()
                with gatehouse.record(model, run=self.run_name, url=URL) as recording:
                    output = model.generate(ids, attention_mask=mask, max_new_tokens=6, do_sample=False)
                self.assertEqual(2, recording.sequences)
                texts, prompts = {}, {}
                for row, name in enumerate(("0", "1")):
                    new = output[row, 5:].tolist()
                    new = new[: new.index(2) + 1] if 2 in new else new
                    texts[name] = ids[row][mask[row].bool()].tolist() + new
                    prompts[name] = int(mask[row].sum())
                self.assert_matches(model, texts, prompts, weigh)

    def test_records_entropies_and_selection_scores(self):
        import torch

        for config, sizes, scored in CHOICES:
            with self.subTest(config):
                self.run_name = "chosen " + uuid.uuid4().hex
                model = self.model(config, sizes)
                biases = [b for name, b in model.named_buffers() if "correction_bias" in name]
                biases += [b for name, b in model.named_parameters() if "correction_bias" in name]
                with torch.no_grad():
                    for number, bias in enumerate(biases):
                        bias.copy_(torch.linspace(-0.02, 0.02, bias.numel()).roll(number).reshape(bias.shape))
                seen = {}
                hooks = [
                    module.register_forward_hook(
                        lambda module, _, output, layer=layer: seen.__setitem__(layer, (module, output[0].float()))
                    )
                    for layer, module in gatehouse.recorder._routers(model)
                ]
                with gatehouse.record(model, run=self.run_name, url=URL), torch.no_grad():
                    model(torch.tensor([[1, 4, 6, 8, 9, 11]]))
                for hook in hooks:
                    hook.remove()
                rows = self.connection.execute(
                    """
                    SELECT t.layer, t."position", t.experts, t.scores, t.entropy
                    FROM token_routing AS t JOIN runs AS r ON r.run_id = t.run_id WHERE r.name = ?""",
                    [self.run_name],
                ).fetchall()
                self.assertEqual(6 * len(seen), len(rows))
                for layer, position, experts, scores, entropy in rows:
                    logits = seen[layer][1][position]
                    sigmoid = config in ("DeepseekV3Config", "MiniMaxM2Config")
                    s = logits.sigmoid() if sigmoid else logits.softmax(-1)
                    p = s / s.sum()
                    self.assertAlmostEqual(-(p * p.log()).sum().item(), entropy, delta=6e-4)
                    if not scored:
                        self.assertIsNone(scores)
                        continue
                    # The biases of layers differ only by their order.
                    number = sorted(seen).index(layer)
                    biased = s + torch.linspace(-0.02, 0.02, 8).roll(number)
                    self.assertEqual(sorted(scores, reverse=True), scores)
                    for expert, score in zip(experts, scores):
                        self.assertAlmostEqual(biased[expert].item(), score, delta=1e-5)

    def test_records_calls_of_the_model(self):
        import torch

        model = self.model("OlmoeConfig", dict(num_experts=8, num_experts_per_tok=2))
        with gatehouse.record(model, run=self.run_name, url=URL) as recording, torch.no_grad():
            recording.names(["first", "second"])
            model(torch.tensor([[1, 4, 6, 8], [1, 5, 7, 0]]), attention_mask=torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]]))
            recording.flush()
            self.assertEqual(2, recording.sequences)
            # Step by step, with a cache.
            cache = model(torch.tensor([[1, 4, 6]]), use_cache=True).past_key_values
            model(torch.tensor([[8]]), past_key_values=cache, use_cache=True)
        self.assertEqual(3, recording.sequences)
        self.assert_matches(
            model,
            {"first": [1, 4, 6, 8], "second": [1, 5, 7], "2": [1, 4, 6, 8, 0]},
            {"first": 4, "second": 3, "2": 3},
            plain,
        )

    def test_records_generation_without_a_cache(self):
        import torch

        model = self.model("MixtralConfig", dict(num_local_experts=4, num_experts_per_tok=2))
        ids = torch.tensor([[1, 7, 9, 11, 5]])
        with gatehouse.record(model, run=self.run_name, url=URL):
            output = model.generate(ids, max_new_tokens=4, min_new_tokens=4, do_sample=False, use_cache=False)
        self.assert_matches(model, {"0": output[0].tolist()}, {"0": 5}, renormalised)

    def test_leaves_out_what_follows_the_end_of_a_text(self):
        import torch

        model = self.model("OlmoeConfig", dict(num_experts=8, num_experts_per_tok=2))
        ids = torch.tensor([[1, 7, 9, 11], [1, 8, 6, 5]])
        free = model.generate(ids, max_new_tokens=6, min_new_tokens=6, do_sample=False)
        # The second token of the first text ends it, if the second text does not have it.
        end = free[0, 5].item()
        with gatehouse.record(model, run=self.run_name, url=URL):
            output = model.generate(ids, max_new_tokens=6, do_sample=False, eos_token_id=end)
        texts = {}
        for row, name in enumerate(("0", "1")):
            new = output[row, 4:].tolist()
            texts[name] = ids[row].tolist() + (new[: new.index(end) + 1] if end in new else new)
        self.assertLess(len(texts["0"]), 4 + 6)
        self.assert_matches(model, texts, {"0": 4, "1": 4}, plain)

    def test_a_repeated_recording_is_stored_once(self):
        import torch

        model = self.model("OlmoeConfig", dict(num_experts=8, num_experts_per_tok=2))
        ids = torch.tensor([[1, 7, 9, 11]])
        for expected in ((1, 0), (0, 1)):
            with gatehouse.record(model, run=self.run_name, url=URL) as recording:
                model.generate(ids, max_new_tokens=3, do_sample=False)
            self.assertEqual(expected, (recording.sequences, recording.repeated))
        with self.assertRaisesRegex(gatehouse.DataError, 'Sequence "0" is in run .* with other rows'):
            with gatehouse.record(model, run=self.run_name, url=URL):
                model.generate(torch.tensor([[1, 3, 5]]), max_new_tokens=3, do_sample=False)

    def test_leaves_the_model_as_it_was(self):
        model = self.model("OlmoeConfig", dict(num_experts=8, num_experts_per_tok=2))
        with self.assertRaisesRegex(ValueError, "mine"):
            with gatehouse.record(model, run=self.run_name, url=URL):
                raise ValueError("mine")
        self.assertNotIn("generate", vars(model))
        self.assertEqual(0, sum(len(module._forward_hooks) for module in model.modules()))
        self.assertEqual(0, len(model._forward_pre_hooks))
        self.assertEqual([], [name for name, module in model.named_modules() if "forward" in vars(module)])
        self.assertEqual({}, self.stored())

    def test_refuses_what_it_cannot_record(self):
        import torch
        import transformers

        dense = transformers.AutoModelForCausalLM.from_config(transformers.LlamaConfig(**SIZES))
        with self.assertRaisesRegex(gatehouse.InterfaceError, "LlamaForCausalLM has no router"):
            gatehouse.record(dense, run=self.run_name, url=URL)
        model = self.model("OlmoeConfig", dict(num_experts=8, num_experts_per_tok=2))
        with gatehouse.record(model, run=self.run_name, url=URL):
            with self.assertRaisesRegex(gatehouse.NotSupportedError, "beam search"):
                model.generate(torch.tensor([[1, 3, 5]]), max_new_tokens=3, num_beams=2)


if __name__ == "__main__":
    unittest.main()
