import { resolve } from 'node:path';
import { z } from 'zod';
import { readTextFile, UnreadableFile } from './text-file.ts';

/** The modes that the driver knows. It treats any other word as `verify-full`, including libpq's `allow`. */
const sslModes = ['disable', 'no-verify', 'prefer', 'require', 'verify-ca', 'verify-full'];
const files = ['sslrootcert', 'sslcert', 'sslkey'];

const form =
  'expected postgresql://<user>:<password>@<host>:<port>/<database>, with the /, ?, #, @ and % of a password as %2F, %3F, %23, %40 and %25';

/** A PostgreSQL connection string, whose TLS parameters are validated before connecting. */
export const databaseUrl: z.ZodType<string> = z
  .url({ protocol: /^postgres(ql)?$/, error: form })
  .superRefine((url, context) => {
    if (!URL.canParse(url)) return;
    const { hash, pathname, searchParams } = new URL(url);
    // Otherwise a part of the password would be taken for the host, resolved and shown.
    const isCutShort = hash !== '' || /[/@]/.test(pathname.slice(1)) || [...searchParams.keys()].join().includes('@');
    if (isCutShort) context.addIssue({ code: 'custom', message: form });
    const mode = searchParams.get('sslmode');
    if (mode !== null && !sslModes.includes(mode)) {
      context.addIssue({ code: 'custom', message: `expected as sslmode one of ${sslModes.join(', ')}` });
    }
    for (const name of files) {
      const fault = faultOf(searchParams.get(name));
      if (fault !== null) context.addIssue({ code: 'custom', message: `expected a file as ${name}: ${fault}` });
    }
  });

function faultOf(file: string | null): string | null {
  if (file === null || file === '') return null;
  try {
    readTextFile(resolve(file));
    return null;
  } catch (error) {
    if (error instanceof UnreadableFile) return error.message;
    throw error;
  }
}
