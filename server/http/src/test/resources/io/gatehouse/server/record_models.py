"""Records checkpoints as runs of the names of their folders, and prints the tokens of their sequences as JSON.

Each reads two prompts in one call and continues them in another. What transformers cannot load as a causal model, or the
recorder cannot record, has the reason in place of tokens.
"""

import json
import os
import sys

import gatehouse
import torch
import transformers

fed = {}
for folder in sys.argv[1:]:
    name = os.path.basename(folder)
    try:
        # The faster form of the experts needs sizes that tiny models do not have.
        model = transformers.AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, experts_implementation="eager"
        ).eval()
        prompts = (torch.arange(24).reshape(2, 12) * 7 + 3) % model.config.get_text_config().vocab_size
        with torch.no_grad(), gatehouse.record(model, run=name, url=os.environ["GATEHOUSE_URL"]):
            model(prompts)
            texts = model.generate(prompts, max_new_tokens=5, min_new_tokens=5, do_sample=False)
        # The last token is no input.
        fed[name] = prompts.tolist() + texts[:, :-1].tolist()
    except Exception as failure:
        fed[name] = f"{type(failure).__name__}: {failure}"
print("fed", json.dumps(fed))
