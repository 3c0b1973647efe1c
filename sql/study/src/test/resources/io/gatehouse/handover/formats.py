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
elif part == "mbolt":
    import numpy
    from mbolt.cluster import cluster_all, coactivation_stats

    for perms in sorted(folder.glob("layout*/perms.json")):
        ours = json.loads(perms.read_text())
        replay = perms.parent / "replay"
        lines = (replay / "index.jsonl").read_text().splitlines()
        tokens = numpy.concatenate([numpy.load(replay / json.loads(line)["file"]) for line in lines]).astype(numpy.int64)
        theirs = cluster_all(tokens, ours["n_expert"])
        assert {key for key in theirs} == {key for key in ours}, ours.keys()
        for mine, other, stats in zip(ours["layers"], theirs["layers"], coactivation_stats(tokens, ours["n_expert"]), strict=True):
            assert set(mine) == set(other), mine.keys()
            for key in ("layer", "heat_perm", "heat", "n_clusters", "cluster_sizes"):
                assert mine[key] == other[key], (perms, key, mine[key], other[key])
            for key in ("heat_entropy_bits", "max_entropy_bits"):
                assert abs(mine[key] - other[key]) < 1e-9, (perms, key)
            assert set(mine["lift"]) == set(other["lift"])
            for key, value in other["lift"].items():
                assert abs(mine["lift"][key] - value) < 1e-9, (perms, key, mine["lift"][key], value)
            # Of experts that are used equally often mbolt takes any first: their order in a set of Python.
            begin = 0
            heat = stats.heat
            for size in other["cluster_sizes"]:
                clique, chain = mine["clique_perm"][begin:begin + size], mine["chain_perm"][begin:begin + size]
                assert set(clique) == set(chain) == set(other["clique_perm"][begin:begin + size]), (perms, begin)
                assert clique == sorted(clique, key=lambda expert: (-heat[expert], expert))
                assert heat[chain[0]] == max(heat[chain])
                for last, then, left in ((chain[i - 1], chain[i], chain[i:]) for i in range(1, size)):
                    assert stats.co[last, then] == max(stats.co[last, left]), (perms, chain)
                    equals = [expert for expert in left if stats.co[last, expert] == stats.co[last, then]]
                    assert heat[then] == max(heat[equals]), (perms, chain)
                begin += size
            if len(set(heat)) == len(heat):
                assert mine["clique_perm"] == other["clique_perm"] and mine["chain_perm"] == other["chain_perm"]
                assert mine["top_cliques"] == other["top_cliques"]
        print(f"{perms.parent.name}: {ours['n_layers']} layers of {ours['n_expert']} experts, {ours['n_tokens']} tokens")
