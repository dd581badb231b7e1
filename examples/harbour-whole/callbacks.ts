import { createHash, verify } from 'node:crypto';
import type { CallbacksFacet } from '@card-gateway/core';
import { z } from 'zod';
import { parseSignedJson, type PublicKeys } from '@card-gateway/adapter-kit';
import { statuses } from '../harbour/packages/adapter-harbour/cards.ts';
import { cardChanged } from './wire.ts';

/** Harbour signs `<timestamp>.<body>` with Ed25519 and retries for a day: older callbacks are refused. */
const longestMs = 86_400_000;

/** Harbour's callbacks, signed with a published, rotating key. */
export function callbacksFacet(keys: PublicKeys): CallbacksFacet {
  return {
    isUnsigned: false,
    decisionTimeMs: null,
    receive({ headers, body, receivedAt }) {
      const { 'harbour-key': id, 'harbour-timestamp': timestamp = '', 'harbour-signature': signature } = headers;
      if (id === undefined || signature === undefined) return { kind: 'refused', why: 'unsigned' };
      const key = keys.find(id);
      if (key === null) return { kind: 'refused', why: 'unknown_key' };
      const signed = Buffer.concat([Buffer.from(`${timestamp}.`), body]);
      const isGenuine =
        key.asymmetricKeyType === 'ed25519' && verify(null, signed, key, Buffer.from(signature, 'base64url'));
      if (!isGenuine) return { kind: 'refused', why: 'bad_signature' };
      const lateMs = Math.abs(receivedAt - Number(timestamp) * 1000);
      if (!(lateMs < longestMs)) return { kind: 'refused', why: 'stale' };
      const read = z.preprocess((text) => parseSignedJson(String(text)), cardChanged).safeParse(body.toString('utf8'));
      if (!read.success) return { kind: 'refused', why: 'undocumented' };
      const deduplicationKey = createHash('sha256').update(signed).digest('hex');
      return { kind: 'accepted', deduplicationKey, record: JSON.stringify({ ...read.data, timestamp }) };
    },
    fetchKeys: (call) => keys.fetch(call),
    eventOf(text) {
      const { card, state, timestamp } = cardChanged.extend({ timestamp: z.string() }).parse(JSON.parse(text));
      const status = statuses.get(state) ?? 'unrecognized';
      const at = new Date(Number(timestamp) * 1000);
      return { kind: 'card_changed', cardRef: card, status, providerStatus: state, at };
    },
    acknowledge: () => ({ contentType: 'application/json', body: '{}' }),
  };
}
