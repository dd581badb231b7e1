import { type ListedCall, listedCalls } from '@card-gateway/adapter-kit';
import type { AcmePaySettings } from './settings.ts';

const { used } = listedCalls<AcmePaySettings>();

/** The calls of acme-pay.md, in its order; one that is not used is `unused`, with the reason. */
export const documentedCalls: readonly ListedCall<AcmePaySettings>[] = [used('GET /products', 'List products', '§3')];
