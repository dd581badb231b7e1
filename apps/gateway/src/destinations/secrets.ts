import { randomBytes } from 'node:crypto';
import { Secret } from '@card-gateway/core';
import { z } from 'zod';
import type { Sealing } from '../sealing.ts';
import { signWebhook, webhookKey } from '../secrets.ts';

/** For this long after a rotation the old secret signs too. */
const overlapMs = 24 * 3_600_000;

/** The newest secret, and the one before until its end in Unix milliseconds. */
const storedSecrets = z.object({
  current: z.string(),
  previous: z.object({ secret: z.string(), until: z.number() }).nullable(),
});
type StoredSecrets = z.output<typeof storedSecrets>;

interface SealedSecrets {
  readonly secret: string;
  readonly sealed: Buffer;
}

function place(id: string) {
  return { table: 'event_destinations', column: 'secrets', row: [id] } as const;
}

function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** A new destination's first secret. */
export function firstSecret(sealing: Sealing, id: string): SealedSecrets {
  return sealedWith(sealing, id, { current: newSecret(), previous: null });
}

/** A new secret; the current one signs for another day. */
export function nextSecret(sealing: Sealing, id: string, sealed: Buffer, now: number): SealedSecrets {
  const { current } = openSecrets(sealing, id, sealed);
  return sealedWith(sealing, id, {
    current: newSecret(),
    previous: { secret: current, until: now + overlapMs },
  });
}

function sealedWith(sealing: Sealing, id: string, secrets: StoredSecrets): SealedSecrets {
  return { secret: secrets.current, sealed: sealing.seal(new Secret(JSON.stringify(secrets)), place(id)) };
}

function openSecrets(sealing: Sealing, id: string, sealed: Buffer): StoredSecrets {
  return storedSecrets.parse(JSON.parse(sealing.open(sealed, place(id)).reveal()));
}

/** The headers of one attempt, by Standard Webhooks. */
export type Sign = (eventId: string, body: string, now: number) => Readonly<Record<string, string>>;

/** Opens a destination's secrets to sign with. @throws if their sealing key is not configured */
export function signer(sealing: Sealing, id: string, sealed: Buffer): Sign {
  const { current, previous } = openSecrets(sealing, id, sealed);
  const newest = webhookKey(new Secret(current));
  const older = previous === null ? null : { key: webhookKey(new Secret(previous.secret)), until: previous.until };
  return (id, body, at) =>
    signWebhook(older !== null && at < older.until ? [newest, older.key] : [newest], { id, at, body });
}
