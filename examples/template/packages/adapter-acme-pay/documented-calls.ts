import { type ListedCall, listedCalls } from '@card-gateway/adapter-kit';
import type { AcmePaySettings } from './settings.ts';

const { used } = listedCalls<AcmePaySettings>();

/** Every call that acme-pay.md names, in its order; a call that the adapter does not make is `unused`, with the reason. */
export const documentedCalls: readonly ListedCall<AcmePaySettings>[] = [
  used('GET /products', 'List products', '§2'),
  used('POST /cards', 'Order a card', '§3'),
  used('GET /cards', 'List cards', '§3'),
  used('GET /cards/{id}', 'Read a card', '§3'),
];
