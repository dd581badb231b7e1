import { userInfo } from 'node:os';
import { isOperatorName, operatorNameRule } from '../config.ts';

/** A call that cannot be carried out, in words for the operator. */
export class UsageError extends Error {}

/**
 * Who works on the command line, for the audit log: the name that was given and the account of the operating system, of
 * which in a container all have the same.
 *
 * @throws UsageError when the name is not usable
 */
export function operator(name: string): string {
  if (!isOperatorName(name)) throw new UsageError(`--by: ${operatorNameRule}.`);
  return name === '' ? `operator:${systemAccount()}` : `operator:${name} as ${systemAccount()}`;
}

function systemAccount(): string {
  try {
    return userInfo().username;
  } catch {
    // The account has no name, as in many containers.
    return `uid-${process.getuid?.()}`;
  }
}
