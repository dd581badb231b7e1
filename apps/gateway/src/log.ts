import { redact } from '@card-gateway/core';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { atSource } from './source-position.ts';

/** Allow-list of logged fields. Others are omitted and only counted (`withheld`). */
const loggedFields: ReadonlySet<string> = new Set([
  'account',
  'accounts',
  'callback',
  'caller',
  'cause',
  'client',
  'code',
  'column',
  'commit',
  'destination',
  'disabledReason',
  'durationMs',
  'err',
  'failures',
  'fingerprintKey',
  'found',
  'httpStatus',
  'jobs',
  'listensAt',
  'method',
  'ms',
  'operation',
  'position',
  'removed',
  'requestId',
  'result',
  'route',
  'rows',
  'sealed',
  'sealingKey',
  'signal',
  'standbys',
  'status',
  'tenant',
  'text',
  'version',
  'why',
]);

/** Names of secret fields, masked in case one gets past the allow-list, e.g. a child logger's field. */
const secretNames = [
  'address',
  'apiKey',
  'authorization',
  'body',
  'birthDate',
  'cardNumber',
  'cvv',
  'email',
  'firstName',
  'headers',
  'lastName',
  'line1',
  'line2',
  'pan',
  'password',
  'person',
  'phone',
  'pin',
  'smsCode',
  'shareToken',
  'sumsubShareToken',
  'token',
];

/**
 * The log: JSON lines on standard output. Of a request only method, route pattern, status, time and caller are logged; of an
 * error its kind, its redacted message and its frames, because a database error quotes the row. Texts from the job queue and
 * Fastify are redacted too.
 */
export function createLog(level: string, destination: DestinationStream = standardOutput()): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: timeMember,
    formatters: { log: allowed },
    serializers: { err: errorForLog, jobs: redactedText, text: redactedText },
    redact: {
      paths: secretNames.flatMap((name) => [name, `err.${name}`, `err.cause.${name}`]),
      censor: '[secret]',
    },
    hooks: {
      logMethod([first, message], method) {
        const fields: unknown = first;
        if (typeof fields === 'string') method.call(this, redact(fields) ?? '');
        else if (fields instanceof Error) method.call(this, { err: fields }, redact(message) ?? 'failed');
        // Pino would use the error's own text as the message.
        else method.call(this, fields, redactedMessage(message));
      },
    },
  };
  return pino(options, destination);
}

let timeOfMember = -1;
let lastTimeMember = '';

/** The time as a member of a line in Pino's form, written once for all lines of a millisecond: that takes a quarter of a line. */
function timeMember(): string {
  const now = new Date();
  if (now.getTime() !== timeOfMember) {
    timeOfMember = now.getTime();
    lastTimeMember = `,"time":"${now.toISOString()}"`;
  }
  return lastTimeMember;
}

/** Messages in which there was nothing to hide. Most are one of our own few, and redaction costs more than the rest of a line. */
const cleanMessages = new Set<string>();
const mostCleanMessages = 500;

function redactedMessage(message: string | undefined): string {
  if (message !== undefined && cleanMessages.has(message)) return message;
  const text = redact(message) ?? 'failed';
  if (text === message && cleanMessages.size < mostCleanMessages) cleanMessages.add(message);
  return text;
}

/** Maximum buffered output; further lines are lost. */
const mostUnwrittenBytes = 1_048_576;
/** Pino's number of the level `warn`. */
const warning = 40;
/** Lines are written together up to this length. */
const mostTogether = 16_384;

/**
 * Writes the lines of one turn of the event loop together at its end, because a write costs more than its line. Warnings and
 * errors are written at once, and so is everything when the process exits. If lines cannot be written, e.g. on a full disk, the
 * gateway continues without them; Pino would end it.
 */
function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, maxLength: mostUnwrittenBytes });
  // The next write retries, after the buffered ones; also one that no longer fits, and is lost.
  output.on('error', () => undefined);
  output.on('drop', () => output.write(''));
  let lines = '';
  const writeLines = (): void => {
    if (lines !== '') output.write(lines);
    lines = '';
  };
  process.on('exit', writeLines);
  return {
    // Makes Pino set the level of each line.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line) {
      if (lines === '') setImmediate(writeLines);
      lines += line;
      if (this.lastLevel >= warning || lines.length > mostTogether) writeLines();
    },
  } as DestinationStream & { lastLevel: number };
}

/** The permitted fields, and the number of others. Objects are not permitted, except errors. */
function allowed(fields: Record<string, unknown>): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  let withheld = 0;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    const isPlain = typeof value !== 'object' || value === null || (name === 'err' && value instanceof Error);
    if (isPlain && loggedFields.has(name)) shown[name] = value;
    else withheld += 1;
  }
  return withheld === 0 ? shown : { ...shown, withheld };
}

function redactedText(text: unknown): string | null {
  return typeof text === 'string' ? redact(text) : null;
}

/** An error in its loggable form. */
export function errorForLog(
  error: Error & { code?: string; constraint?: string; cause?: unknown },
): Record<string, unknown> {
  // The stack begins with the message, which may contain lines that look like frames.
  const { message, stack = '' } = error;
  const frames = stack.slice(stack.indexOf(message) + message.length).split('\n');
  return {
    type: error.name,
    code: error.code,
    constraint: error.constraint,
    message: redact(message),
    frames: frames
      .filter((line) => line.startsWith('    at '))
      .slice(0, 12)
      .map(atSource),
    ...(error.cause instanceof Error && { cause: errorForLog(error.cause) }),
  };
}
