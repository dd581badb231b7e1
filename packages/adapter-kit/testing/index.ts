export * from './certificates.ts';
export * from './conformance.ts';
export * from './loopback.ts';
export * from './proxy.ts';
