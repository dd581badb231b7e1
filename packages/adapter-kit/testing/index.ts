export * from './account.ts';
export { sendBy, testCall } from '../call.ts';
export * from './certificates.ts';
export * from './conformance.ts';
export * from './loopback.ts';
export { forOddJson, unstorable } from './odd-values.ts';
export * from './proxy.ts';
