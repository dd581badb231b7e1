import { type ListedCall, listedCalls } from '@card-gateway/adapter-kit';
import type { AcmePaySettings } from './settings.ts';

const { used } = listedCalls<AcmePaySettings>();

/** Every call that acme-pay.md names, in its order; one that the adapter does not make is `unused`, with the reason. */
export const documentedCalls: readonly ListedCall<AcmePaySettings>[] = [used('GET /products', 'List products', '§2')];
