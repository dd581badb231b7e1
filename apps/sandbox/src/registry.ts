// The simulated providers, each by its key in the configuration. A new one is one line here.
export { keysecure } from './keysecure/index.ts';
export { onerway } from './onerway/index.ts';
export { openApi } from './open-api/index.ts';
export { yixin } from './yixin/index.ts';
