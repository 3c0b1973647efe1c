"""Reads exported files with the libraries that they are for, and prints what is in them."""

import json
import pathlib
import sys

part, folder = sys.argv[1], pathlib.Path(sys.argv[2])

if part == "numpy":
    import numpy

    with numpy.load(folder / "census.npz", allow_pickle=False) as census:
        for name in census.files:
            print(name, census[name].dtype, census[name].shape, census[name].tolist())
    for line in (folder / "replay" / "index.jsonl").read_text().splitlines():
        about = json.loads(line)
        experts = numpy.load(folder / "replay" / about["file"], allow_pickle=False)
        print(about["name"], experts.dtype, experts.shape, experts.tolist())
elif part == "torch":
    import torch

    loaded = torch.load(folder / "counts.pt", map_location="cpu", weights_only=True)
    print(list(loaded), loaded["logical_count"].dtype, loaded["logical_count"].tolist())
elif part == "pandas":
    import pandas

    table = pandas.read_pickle(folder / "steer.pkl")
    numbers = [name for name in table.columns if name not in ("Layer_Expert", "risk_diff_abs")]
    print(", ".join(f"{name} {table[name].dtype}" for name in numbers))
    for row in table.to_dict(orient="records"):
        print(row["Layer_Expert"].replace("\n", ""), *(row[name] for name in numbers[2:]), row["risk_diff_abs"])
    print(f"{table['layer'].nunique()} layers, {table['expert'].nunique()} experts")
elif part == "moe_policylang":
    import pyarrow.parquet
    from moe_policylang.integrations.trace_recorder import TraceRecording

    print(*pyarrow.parquet.read_schema(folder / "trace.parquet").types)
    trace = TraceRecording.load(folder / "trace.parquet")
    print(f"{len(trace.entries)} entries, {trace.num_layers} layers, {trace.num_experts} experts, top {trace.top_k}")
    for entry in trace.entries:
        print(entry.prompt_id, entry.token_idx, entry.layer_idx, entry.selected_experts, entry.router_scores, entry.phase)
elif part == "libcachesim":
    import libcachesim

    for size in range(1, 49):
        parameters = libcachesim.ReaderInitParam()
        parameters.time_field, parameters.obj_id_field, parameters.obj_size_field = 1, 2, 3
        parameters.has_header, parameters.has_header_set = True, True
        parameters.obj_id_is_num, parameters.obj_id_is_num_set = True, True
        parameters.delimiter = ","
        trace = libcachesim.TraceReader(str(folder / "trace.csv"), libcachesim.TraceType.CSV_TRACE, parameters)
        cache = libcachesim.LRU(size)
        print(size, sum(cache.get(request) for request in trace))
