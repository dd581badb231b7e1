import { type ProviderAdapter, type ProviderCall, Secret } from '@card-gateway/core';
import type { AdapterHost } from '@card-gateway/adapter-kit';
import { openAdapter as openAdapterOf, testCall } from '@card-gateway/adapter-kit/testing';
import { harbour } from '../index.ts';
import { clientSecret } from './provider.ts';

export const call: ProviderCall = testCall();
export const pin = '1793';
export const ordered = {
  reference: 'card_01',
  productRef: 'p',
  cardholderRef: 'h',
  form: 'virtual',
  address: null,
} as const;
export const row = {
  id: 'hc_1',
  reference: 'card_01',
  product: 'p',
  holder: 'h',
  form: 'virtual',
  last4: '0001',
  state: 'frozen',
};
export const person = {
  firstName: 'Ada-canary',
  lastName: 'Lovelace-canary',
  birthDate: '1990-02-28',
  email: 'ada@canary.example',
  phoneCode: '44',
  phone: '2079460123',
  address: {
    country: 'GB',
    state: 'Kent',
    city: 'Dover-canary',
    line1: '1 Canary Street',
    line2: '',
    postalCode: 'N1 9GU',
  },
};
export const application = { reference: 'chd_01', identity: { kind: 'person', person } } as const;

export type HarbourAdapter = ProviderAdapter &
  Required<
    Pick<
      ProviderAdapter,
      'products' | 'cardholders' | 'cards' | 'issuing' | 'cardControls' | 'reveal' | 'callbacks' | 'transfers'
    >
  >;

export function openAdapter(
  baseUrl: string,
  host: Pick<AdapterHost, 'send' | 'now'>,
  secret = clientSecret,
  programme = 'named',
): HarbourAdapter {
  const client = { clientId: 'harbour:client', clientSecret: new Secret(secret) };
  return openAdapterOf(harbour, host, { baseUrl, ...client, programme }) as HarbourAdapter;
}
