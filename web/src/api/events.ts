import type { ServedRun } from './runs';

export interface Listener {
  /** A run changed its state, or got on. */
  run(run: ServedRun): void;
  /** What SQL finds has changed, or may have while nobody listened. */
  changed(): void;
}

/** Listens to the server's one stream of events, which the browser opens again when it breaks. Returns what ends it. */
export function listen(listener: Listener): () => void {
  const stream = new EventSource('v1/events?topics=run,schema');
  stream.addEventListener('run', (event) => listener.run(JSON.parse((event as MessageEvent<string>).data) as ServedRun));
  stream.addEventListener('schema', () => listener.changed());
  stream.addEventListener('reset', () => listener.changed());
  return () => stream.close();
}
