import { gzipSync } from 'node:zlib';

const KILOBYTE = 1000;

/**
 * Fails the build when the console grows beyond its budget of gzipped JavaScript.
 *
 * @param {{ firstLoad: number, all: number }} limits in kilobytes; the first load is the entry with all that it imports
 *     before it runs
 * @returns {import('vite').Plugin}
 */
export function budget(limits) {
  return {
    name: 'budget',
    apply: 'build',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      const size = (names) =>
        names.reduce((sum, name) => sum + gzipSync(bundle[name].code, { level: 9 }).length, 0) / KILOBYTE;
      const first = new Set();
      const follow = (name) => {
        if (!first.has(name)) {
          first.add(name);
          bundle[name].imports.forEach(follow);
        }
      };
      chunks.filter((chunk) => chunk.isEntry).forEach((chunk) => follow(chunk.fileName));
      const firstLoad = size([...first]);
      const all = size(chunks.map((chunk) => chunk.fileName));
      const said = `first load ${firstLoad.toFixed(1)} of ${limits.firstLoad} KB, all ${all.toFixed(1)} of ${limits.all} KB gzipped`;
      if (firstLoad > limits.firstLoad || all > limits.all) {
        this.error(`The console is over its budget: ${said}`);
      }
      this.info(said);
      for (const file of Object.values(bundle)) {
        const text = file.type === 'chunk' ? file.code : String(file.source);
        const stranger = /(?:@import|url\()\s*["']?https?:/.exec(text);
        if (stranger !== null) {
          this.error(`${file.fileName} asks another origin: ${stranger[0]}`);
        }
      }
    },
  };
}
