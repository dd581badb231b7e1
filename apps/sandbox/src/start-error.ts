/** A failed start that its operator can fix. The message says how; it is shown without a stack. */
export class StartError extends Error {}

/** The error to show for a failed start; unchanged if it is a bug. */
export function startFailure(error: unknown, host: string, port: string): unknown {
  if (error instanceof StartError) return error.message;
  const { code = '', path, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EADDRINUSE':
      return `SANDBOX_PORT: another process listens on ${port}; set another one.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `SANDBOX_HOST: "${host}" is no address of this machine.`;
    case 'EACCES':
      if (path === undefined) return `SANDBOX_PORT: this user may not listen on ${port}; set one from 1024 on.`;
      return `${path} cannot be used: this user may not (${code}).`;
    case 'ENOSPC':
      return `The disk is full (${message}): free some space and start again.`;
    case 'ENOENT':
      return `There is no ${path}.`;
    default:
      return error;
  }
}
