import { userInfo } from 'node:os';

/** A call that cannot be carried out, in words for the operator. */
export class UsageError extends Error {}

/** Who works on the command line, for the audit log: by the account of the operating system. */
export function operator(): string {
  try {
    return `operator:${userInfo().username}`;
  } catch {
    // The account has no name, as in many containers.
    return 'operator';
  }
}
