export * from './conformance.ts';
export * from './loopback.ts';
