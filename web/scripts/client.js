/** Tests run in Node, but see the modules of browsers, in which effects run. */
export default {
  name: 'client',
  viteEnvironment: 'client',
  setup: () => ({ teardown: () => undefined }),
};
