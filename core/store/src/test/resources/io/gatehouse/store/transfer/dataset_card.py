"""Reads the dataset card of a directory: with yaml its head, with datasets each configuration of it."""

import sys

library, directory = sys.argv[1:]
if library == "yaml":
    import yaml

    with open(f"{directory}/README.md", encoding="utf-8") as card:
        _, head, text = card.read().split("---\n", 2)
    head = yaml.safe_load(head)
    print(*head)
    print(head["pretty_name"])
    print(*head["tags"])
    print(len(head["configs"]), text.startswith("\n# Routing"))
else:
    import os

    os.environ["HF_HUB_OFFLINE"] = "1"
    from datasets import get_dataset_config_names, load_dataset

    for name in sorted(get_dataset_config_names(directory)):
        for split, rows in load_dataset(directory, name, cache_dir=f"{directory}/../cache").items():
            print(name, split, len(rows))
