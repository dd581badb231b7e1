import { userInfo } from 'node:os';
import { isOperatorName, operatorNameRule } from '../config.ts';

/** A command that cannot be executed, worded for the operator. */
export class UsageError extends Error {}

/**
 * The operator on the command line, for the audit log: the given name and the operating system's account, which in a container
 * is the same for everyone.
 *
 * @throws UsageError if the name is not usable
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
