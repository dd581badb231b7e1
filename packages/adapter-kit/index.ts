export * from './answer.ts';
export * from './clock.ts';
export * from './definition.ts';
export * from './documented-callback.ts';
export * from './doubled-member.ts';
export * from './exchange.ts';
export * from './fields.ts';
export * from './json.ts';
export { isProxyUrl, type Network, networkSettings, proxyRule } from './network.ts';
