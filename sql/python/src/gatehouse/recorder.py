"""Records the routing of a model of Hugging Face's transformers while it runs, and sends it to a server."""

from __future__ import annotations

import json
import re
import time
import urllib.parse
from types import TracebackType
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Tuple, Type

from . import _arrow, errors
from ._http import Server
from .connection import DEFAULT_URL
from .frames import needed

_ROUTER = re.compile("Router$|TopKGate$|MoEV1Gate$")
_NUMBER = re.compile(r"\.(\d+)\.")
_BATCH_BYTES = 16 << 20
# What leaves the values that a router compares as they are.
_SAME_VALUES = frozenset(
    ("to", "float", "type", "type_as", "view", "reshape", "contiguous", "detach", "masked_fill", "masked_fill_")
)
_TRIES = 6
_UNSUPPORTED = {
    "num_beams": "beam search, which moves texts between the rows of a batch",
    "assistant_model": "assisted generation, which computes tokens that it then drops",
    "prefill_chunk_size": "prompts computed in parts",
    "prompt_lookup_num_tokens": "prompt lookup, which computes tokens that it then drops",
}


def record(
    model: Any,
    *,
    run: str,
    url: str = DEFAULT_URL,
    token: Optional[str] = None,
    name: Optional[str] = None,
) -> "Recording":
    """Records every router of a mixture-of-experts model within a ``with`` block.

    What ``model(…)`` and ``model.generate(…)`` compute there is sent to the server as sequences of the run: each call of
    ``generate``, and each call of the model that begins with an empty cache, has one for each row of its batch. They are
    named 0, 1 and so on, or as :meth:`Recording.names` says.

    :param model: a model of transformers 5 whose routers return logits, weights and experts
    :param run: name of the run; if it is there, it is continued, and sequences that it has are not stored again
    :param name: name of the model; by default the one that its configuration has
    :raises InterfaceError: if the model has no router that can be recorded
    """
    return Recording(model, run, Server(url, token, None, None), name)


class _Router(NamedTuple):
    layer: int
    module: Any


class _Decisions(NamedTuple):
    """What a router decided of some tokens, on the CPU; the best expert of each token first."""

    experts: Any
    weights: Any
    #: By what the experts were chosen, if that is not their probability or their logit.
    scores: Optional[Any]
    #: Of the probabilities of all experts, if the router computes probabilities.
    entropies: Optional[Any]

    def of(self, begin: int, end: int) -> "_Decisions":
        return _Decisions(*(None if column is None else column[begin:end] for column in self))


class _Watch:
    """What one call of a router computes on its way: whether it takes probabilities or sigmoids, and what it chooses by."""

    def __init__(self) -> None:
        self.sigmoid = False
        self.softmax = False
        #: What the last choice was made from, and the values and places that it gave.
        self.compared: Optional[Any] = None
        self.chosen: Optional[Any] = None
        self._probabilities: List[Any] = []

    def saw(self, function: str, arguments: Tuple[Any, ...], result: Any) -> None:
        first = arguments[0] if arguments else None
        if function == "softmax":
            self.softmax = True
            self._probabilities.append(result)
        elif function in ("sigmoid", "sigmoid_"):
            self.sigmoid = True
        elif function == "topk":
            self.compared, self.chosen = first, result
        elif function in _SAME_VALUES and self.are_probabilities(first):
            self._probabilities.append(result)

    def are_probabilities(self, tensor: Any) -> bool:
        return any(known is tensor for known in self._probabilities)


def _watched(forward: Any, watches: List[_Watch]) -> Any:
    """Returns a forward that leaves what it computed on its way in the list."""
    overrides = needed("torch.overrides", "record")

    class Mode(overrides.TorchFunctionMode):  # type: ignore[misc,name-defined]
        def __init__(self, watch: _Watch) -> None:
            super().__init__()
            self._watch = watch

        def __torch_function__(self, function: Any, types: Any, arguments: Any = (), options: Any = None) -> Any:
            result = function(*arguments, **(options or {}))
            given = arguments or ((options or {}).get("input"),)
            self._watch.saw(getattr(function, "__name__", ""), given, result)
            return result

    def watched(*arguments: Any, **options: Any) -> Any:
        watch = _Watch()
        with Mode(watch):
            output = forward(*arguments, **options)
        watches[:] = [watch]
        return output

    return watched


class _Row:
    """A sequence of a batch: the decisions about its tokens by layer, in the order of their positions."""

    def __init__(self) -> None:
        self.parts: Dict[int, List[_Decisions]] = {}
        self.tokens = 0
        #: Tokens of the prompt; those behind it were generated.
        self.prompt = 0


class Recording:
    """The routers of a model that are being recorded; :func:`record` makes one."""

    def __init__(self, model: Any, run: str, server: Server, name: Optional[str]) -> None:
        self._model = model
        self._server = server
        self._run = run
        self._routers = _routers(model)
        config = model.config.get_text_config() if hasattr(model.config, "get_text_config") else model.config
        self._layers = int(getattr(config, "num_hidden_layers", 1 + max(router.layer for router in self._routers)))
        self._name = name if name is not None else str(getattr(model.config, "_name_or_path", "") or type(model).__name__)
        self._experts = 0
        self._top_k = 0
        self._hooks: List[Any] = []
        self._forwards: List[Tuple[Any, Optional[Any]]] = []
        self._rows: List[_Row] = []
        self._places: List[List[Tuple[int, int]]] = []
        self._generate: Any = None
        self._within_generate = False
        # Where the generated ids begin in what generate returns.
        self._text_start = 0
        self._pending: List[Tuple[str, _Row]] = []
        self._pending_bytes = 0
        self._given: List[str] = []
        self._count = 0
        #: Sequences that the server has stored.
        self.sequences = 0
        #: Tokens and layers of these sequences.
        self.decisions = 0
        #: Sequences that the run had already.
        self.repeated = 0

    def names(self, names: Iterable[str]) -> None:
        """Names the next sequences, in their order in the batches."""
        self._given.extend(names)

    def flush(self) -> None:
        """Sends what was computed so far, and returns when the server has stored it."""
        if not self._within_generate:
            self._finish_rows()
        self._send()

    def __enter__(self) -> "Recording":
        self._server.json("GET", "/v1/health")
        self._hooks.append(self._model.register_forward_pre_hook(self._before, with_kwargs=True))
        for router in self._routers:
            watches: List[_Watch] = []
            # An attribute of the object hides the method of the class; other libraries set one, too.
            self._forwards.append((router.module, vars(router.module).get("forward")))
            router.module.forward = _watched(router.module.forward, watches)
            self._hooks.append(router.module.register_forward_hook(self._hook(router.layer, watches)))
        self._generate = getattr(self._model, "generate", None)
        if self._generate is not None:
            self._model.generate = self._generating
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        for module, forward in self._forwards:
            if forward is None:
                del module.forward
            else:
                module.forward = forward
        self._forwards.clear()
        if self._generate is not None:
            del self._model.generate
        try:
            if kind is None:
                self._finish_rows()
            # Of a call that failed, some layers may lack tokens: it is not sent.
            self._rows = []
            self._send()
        finally:
            self._server.close()

    def _generating(self, *arguments: Any, **options: Any) -> Any:
        """Takes the place of ``generate``, to know where the prompts and the texts end."""
        config = options.get("generation_config") or self._model.generation_config
        for option, what in _UNSUPPORTED.items():
            value = options.get(option, getattr(config, option, None))
            if value is not None and not (option == "num_beams" and value == 1):
                raise errors.NotSupportedError(f"{option} is set: {what}. It cannot be recorded.")
        self._finish_rows()
        self._within_generate = True
        try:
            output = self._generate(*arguments, **options)
            end = options.get("eos_token_id", getattr(config, "eos_token_id", None))
            self._cut(getattr(output, "sequences", output), end)
            self._finish_rows()
        finally:
            self._rows = []
            self._within_generate = False
        self._send()
        return output

    def _cut(self, sequences: Any, end: Any) -> None:
        """Drops what was computed for a row after its text had ended."""
        ends = set(end if isinstance(end, (list, tuple)) else [end])
        for row, ids in zip(self._rows, sequences.tolist()):
            text = ids[self._text_start :]
            length = next((at + 1 for at, token in enumerate(text) if token in ends), len(text))
            # The last token of a text is no input.
            row.tokens = min(row.tokens, row.prompt + max(0, length - 1))

    def _before(self, model: Any, arguments: Tuple[Any, ...], options: Dict[str, Any]) -> None:
        """Learns which tokens the next call of the model computes, before it does."""
        ids = options.get("input_ids", arguments[0] if arguments else None)
        inputs = ids if ids is not None else options["inputs_embeds"]
        size, width = int(inputs.shape[0]), int(inputs.shape[1])
        # transformers 5.24 calls it "cache" within generate.
        cache = options.get("past_key_values")
        if cache is None:
            cache = options.get("cache")
        before = _cached_tokens(cache) if cache is not None else 0
        # Without a cache, each step of generate computes all tokens again.
        begins = before == 0 and not (self._within_generate and self._rows)
        if begins:
            self._finish_rows()
            self._rows = [_Row() for _ in range(size)]
            self._text_start = width if ids is not None else 0
        elif size != len(self._rows):
            raise errors.NotSupportedError(f"The batch had {len(self._rows)} rows and has {size}.")
        attended = self._attended(options.get("attention_mask"), size, before + width)
        self._places = [
            self._places_of(row, number * width, attended[number], width) for number, row in enumerate(self._rows)
        ]
        for row in self._rows:
            if begins:
                row.prompt = row.tokens

    @staticmethod
    def _attended(mask: Any, size: int, length: int) -> List[List[int]]:
        if mask is None:
            return [[1] * length] * size
        if not hasattr(mask, "dim") or mask.dim() != 2:
            raise errors.NotSupportedError("The attention mask does not have the shape [rows, tokens].")
        masks: List[List[int]] = mask.tolist()
        return masks

    def _places_of(self, row: _Row, start: int, attended: List[int], width: int) -> List[Tuple[int, int]]:
        """Returns where the new tokens of a row are among those that routers see, as ranges."""
        old = len(attended) - width
        position = sum(1 for one in attended[:old] if one)
        ranges: List[Tuple[int, int]] = []
        for at in range(width):
            if not attended[old + at]:
                continue
            if position >= row.tokens:
                place = start + at
                if ranges and ranges[-1][1] == place:
                    ranges[-1] = (ranges[-1][0], place + 1)
                else:
                    ranges.append((place, place + 1))
            position += 1
        whole_prompt = row.tokens == row.prompt and width > 1 and not self._within_generate
        row.tokens = max(row.tokens, position)
        if whole_prompt:
            row.prompt = row.tokens
        return ranges

    def _hook(self, layer: int, watches: List[_Watch]) -> Any:
        def after(module: Any, arguments: Tuple[Any, ...], output: Any) -> None:
            decisions = self._decisions(module, output, watches.pop())
            for row, places in zip(self._rows, self._places):
                for begin, end in places:
                    row.parts.setdefault(layer, []).append(decisions.of(begin, end))

        return after

    def _decisions(self, module: Any, output: Any, watch: _Watch) -> _Decisions:
        if (
            not isinstance(output, tuple)
            or len(output) != 3
            or output[2].dim() != 2
            or output[2].is_floating_point()
            or output[1].shape != output[2].shape
        ):
            raise errors.NotSupportedError(
                f"{type(module).__name__} does not return logits, weights and experts, and cannot be recorded."
            )
        logits, weights, experts = (part.detach() for part in output)
        self._experts = max(self._experts, int(logits.shape[-1]))
        self._top_k = max(self._top_k, int(experts.shape[-1]))
        scores = _scores(watch, output[0], experts)
        entropies = _entropies(watch, output[0], logits.reshape(experts.shape[0], -1))
        # The best first, as the column says.
        order = (weights if scores is None else scores).argsort(dim=-1, descending=True, stable=True)
        return _Decisions(
            experts.long().gather(1, order).int().cpu(),
            weights.gather(1, order).float().cpu(),
            None if scores is None else scores.gather(1, order).float().cpu(),
            None if entropies is None else entropies.float().cpu(),
        )

    def _finish_rows(self) -> None:
        """Puts the sequences of the batch among those to be sent."""
        for row in self._rows:
            if row.tokens == 0 or not row.parts:
                continue
            name = self._given.pop(0) if self._given else str(self._count)
            self._count += 1
            self._pending.append((name, row))
            self._pending_bytes += row.tokens * len(row.parts) * (20 + 12 * self._top_k)
            if self._pending_bytes >= _BATCH_BYTES:
                self._send()
        self._rows = []

    def _send(self) -> None:
        if not self._pending:
            return
        body = _arrow.stream([_columns(self._pending)])
        routed = {router.layer for router in self._routers}
        address = "/v1/ingest?" + urllib.parse.urlencode(
            {
                "run": self._run,
                "model": self._name,
                "layers": self._layers,
                "experts": self._experts,
                "topK": self._top_k,
                "denseLayers": ",".join(str(layer) for layer in range(self._layers) if layer not in routed),
                "columns": "rank=order",
            }
        )
        stored = self._post(address, body)
        self.sequences += stored["sequences"]
        self.repeated += stored["repeated"]
        self.decisions += stored["decisions"]
        self._pending.clear()
        self._pending_bytes = 0

    def _post(self, address: str, body: bytes) -> Dict[str, Any]:
        """Sends a stream, again if need be: the server stores a sequence once."""
        for attempt in range(_TRIES):
            try:
                with self._server.send(
                    "POST", address, body, {"Content-Type": "application/vnd.apache.arrow.stream"}
                ) as response:
                    stored: Dict[str, Any] = json.loads(response.read())
                    return stored
            except errors.OperationalError as error:
                if error.code not in ("CONNECTION_LOST", "SERVER_NOT_FOUND", "QUERY_BUSY") or attempt == _TRIES - 1:
                    raise
                time.sleep(0.1 * 2**attempt)
        raise AssertionError("unreachable")


def _routers(model: Any) -> List[_Router]:
    found: Dict[int, Tuple[str, Any]] = {}
    for path, module in model.named_modules():
        number = _NUMBER.search(path + ".")
        if number is None or not _ROUTER.search(type(module).__name__):
            continue
        layer = int(number.group(1))
        if layer in found:
            raise errors.NotSupportedError(f"Layer {layer} has two routers, {found[layer][0]} and {path}.")
        found[layer] = (path, module)
    if not found:
        raise errors.InterfaceError(f"{type(model).__name__} has no router: is it a mixture of experts?")
    return [_Router(layer, module) for layer, (_, module) in sorted(found.items())]


def _cached_tokens(cache: Any) -> int:
    """How many tokens a cache has seen. Layers without attention, such as the first one of MiniMax, say 0."""
    layers = [layer for layer in getattr(cache, "layers", ()) if hasattr(layer, "get_seq_length")]
    return max(int(each.get_seq_length()) for each in [cache, *layers])


def _scores(watch: _Watch, logits: Any, experts: Any) -> Optional[Any]:
    """By what the experts were chosen, if that is not their probability or their logit."""
    if watch.chosen is None or watch.compared is None or watch.are_probabilities(watch.compared):
        return None
    chosen = watch.chosen[1]
    if not watch.sigmoid and watch.compared.data_ptr() == logits.data_ptr():
        return None
    same = chosen.shape == experts.shape and bool((chosen == experts).all())
    # Not the values that the choice gave: routers make weights of them in place.
    return watch.compared.detach().gather(1, chosen) if same else None


def _entropies(watch: _Watch, output: Any, logits: Any) -> Optional[Any]:
    """The entropy in nats of the softmax of the logits, or of the sigmoids divided by their sum."""
    if watch.are_probabilities(output):
        probabilities = logits.float()
    elif watch.sigmoid:
        sigmoids = logits.float().sigmoid()
        probabilities = sigmoids / sigmoids.sum(dim=-1, keepdim=True)
    elif watch.softmax:
        probabilities = logits.float().softmax(dim=-1)
    else:
        return None
    return -probabilities.xlogy(probabilities).sum(dim=-1).clamp(max=0)


def _columns(sequences: List[Tuple[str, _Row]]) -> Dict[str, _arrow.Column]:
    numpy = needed("numpy", "record")
    decided = [part for _, row in sequences for parts in row.parts.values() for part in parts]
    # A column has a value in every row.
    scored = all(part.scores is not None for part in decided)
    with_entropy = all(part.entropies is not None for part in decided)
    names: List[Tuple[str, int]] = []
    columns: Dict[str, List[Any]] = {
        key: [] for key in ("phase", "position", "layer", "experts", "weights", "scores", "entropy")
    }
    top_k = 0
    for name, row in sequences:
        positions = numpy.arange(row.tokens, dtype="<i4")
        for layer, parts in sorted(row.parts.items()):
            experts = numpy.concatenate([part.experts.numpy() for part in parts])[: row.tokens]
            weights = numpy.concatenate([part.weights.numpy() for part in parts])[: row.tokens]
            if top_k not in (0, experts.shape[1]):
                raise errors.NotSupportedError(f"A layer has top-k {top_k}, and layer {layer} has {experts.shape[1]}.")
            top_k = experts.shape[1]
            names.append((name, row.tokens))
            columns["phase"].append((positions >= row.prompt).astype("<i4"))
            columns["position"].append(positions)
            columns["layer"].append(numpy.full(row.tokens, layer, dtype="<i4"))
            columns["experts"].append(experts.astype("<i4").reshape(-1))
            columns["weights"].append(weights.astype("<f4").reshape(-1))
            if scored:
                scores = numpy.concatenate([part.scores.numpy() for part in parts if part.scores is not None])
                columns["scores"].append(scores[: row.tokens].astype("<f4").reshape(-1))
            if with_entropy:
                entropies = numpy.concatenate([part.entropies.numpy() for part in parts if part.entropies is not None])
                columns["entropy"].append(entropies[: row.tokens].astype("<f4"))
    data = {key: numpy.concatenate(parts).tobytes() for key, parts in columns.items() if parts}
    found: Dict[str, _arrow.Column] = {
        "sequence": _arrow.Text(names),
        "phase": _arrow.Numbers("int", data["phase"]),
        "position": _arrow.Numbers("int", data["position"]),
        "layer": _arrow.Numbers("int", data["layer"]),
        "experts": _arrow.Lists(_arrow.Numbers("int", data["experts"]), top_k),
        "weights": _arrow.Lists(_arrow.Numbers("float", data["weights"]), top_k),
    }
    if scored:
        found["scores"] = _arrow.Lists(_arrow.Numbers("float", data["scores"]), top_k)
    if with_entropy:
        found["entropy"] = _arrow.Numbers("float", data["entropy"])
    return found
