/**
 * Models that answer requests as OpenAI's and vLLM's servers do: texts after prompts, log-probabilities, tokens. Each model
 * is in a process of its own, which is asked one thing at a time. Knows HTTP and the processes, not the engine.
 */
@NullMarked
package io.gatehouse.server.model;

import org.jspecify.annotations.NullMarked;
