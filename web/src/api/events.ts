import type { ServedRun } from './runs';

export interface Listener {
  /** A run changed its state or progressed. */
  run(run: ServedRun): void;
  /** The rows that SQL finds have changed, or may have changed while the stream was down. */
  changed(): void;
}

/** Listens to the server's event stream, which the browser reopens when it breaks. Returns a function that closes it. */
export function listen(listener: Listener): () => void {
  const stream = new EventSource('v1/events?topics=run,schema');
  stream.addEventListener('run', (event) => listener.run(JSON.parse((event as MessageEvent<string>).data) as ServedRun));
  stream.addEventListener('schema', () => listener.changed());
  stream.addEventListener('reset', () => listener.changed());
  return () => stream.close();
}
