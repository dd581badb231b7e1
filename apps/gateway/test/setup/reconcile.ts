import { uuidOf } from '@card-gateway/core';
import { writeKinds } from '../../src/app.ts';
import { reconcileWrite } from '../../src/jobs/reconcile.ts';
import type { Services } from '../../src/services.ts';
import type { TestGateway } from './gateway.ts';

/** The gateway's services at a later time, so that nothing has to wait for it. */
export function ahead({ services }: Pick<TestGateway, 'services'>, byMs: number): Services {
  return { ...services, now: () => Date.now() + byMs };
}

/** Does once what the queue's job does for a write without an outcome. */
export function reconcileNow(services: Services, operationId: string | undefined): Promise<void> {
  return reconcileWrite(services, writeKinds, uuidOf('operation', operationId ?? ''));
}

/** Makes the SMS that were sent look as old as they will be after that time, so that no test has to wait for the next one. */
export async function ageSms({ pool }: Pick<TestGateway, 'pool'>, interval: string): Promise<void> {
  await pool.query(`UPDATE bindings SET sms_at = sms_at - $1::interval, resend_after = resend_after - $1::interval`, [
    interval,
  ]);
}

/** Makes writes without an answer look as old as they are when their process is long gone. */
export async function ageSubmitting({ pool }: Pick<TestGateway, 'pool'>): Promise<void> {
  await pool.query(
    `UPDATE operations SET created_at = created_at - interval '5 minutes', lease_until = lease_until - interval '5 minutes'
     WHERE state = 'submitting'`,
  );
}
