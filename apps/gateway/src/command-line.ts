import { scopes } from '@card-gateway/contract';
import { openDatabase } from '@card-gateway/database';
import { migrate } from '@card-gateway/database/migrate';
import { openPrisma } from '@card-gateway/database/prisma';
import type { Administration } from './commands/administration.ts';
import { moveToTenant, requireNoGateways } from './commands/accounts.ts';
import { listAudit, verifyAudit } from './commands/audit.ts';
import { type Command, type Given, parseCommand, type Terminal } from './commands/command.ts';
import { eventCommands } from './commands/event-commands.ts';
import { expiryOf } from './commands/expiry.ts';
import { createKey, keyRequest, listKeys, revokeKey } from './commands/keys.ts';
import { makeRoles } from './commands/roles.ts';
import { rotate, status } from './commands/sealing.ts';
import { operator, UsageError } from './commands/usage.ts';
import { type Config, readSettings } from './config.ts';
import { databaseFault } from './database-fault.ts';
import { FaultsError } from './faults.ts';
import { errorForLog } from './log.ts';
import { withLocalData } from './local-data.ts';
import { createSealing, type Sealing } from './sealing.ts';
import { build } from './version.ts';

const by = { value: '<name>', about: 'Who does it, for the audit log; default GATEWAY_OPERATOR.' };
const json = { about: 'The answer as JSON.' };

/** A terminal with the environment for its commands, and their result. */
interface Session extends Terminal {
  readonly local: ReturnType<typeof withLocalData>;
  isWell: boolean;
}

const commandsOf = (session: Session): readonly Command[] => [
  {
    words: 'check',
    about: 'Looks at settings, accounts, database, migrations and keys as a start would, and changes nothing.',
    options: { json },
    notes: 'Ends with 1 when anything is wrong, or could not be looked at.',
    run: async (given) => {
      // It loads all adapters, which the other commands do not need.
      const { checkInstallation, findingsText } = await import('./commands/check.ts');
      const findings = await checkInstallation(session.local.environment, (url) => openDatabase(url, connection));
      const isWell = findings.every(({ state }) => state === 'well');
      session.print(
        given.switches.has('json') ? JSON.stringify({ well: isWell, ...build, findings }) : findingsText(findings),
      );
      failUnless(session, isWell);
    },
  },
  {
    words: 'keys create',
    about: 'Makes an API key and shows it, for the only time.',
    options: {
      caller: {
        value: '<service>',
        about: 'The calling service; two keys of one are the same caller.',
        isNeeded: true,
      },
      scopes: { value: '<scope,scope>', about: 'What it may do.', isNeeded: true },
      tenant: { value: '<tenant>', about: 'Whose accounts and resources it sees; default "default".' },
      expires: {
        value: '<time>',
        about: 'When it ends: 90d, 12h, 30m, 2027-01-31, 2027-01-31T12:00:00Z; default never.',
      },
      by,
      json,
    },
    notes: `Scopes: ${scopes.join(', ')}.\nThe key is alone on standard output; only its hash is kept.`,
    run: (given) => {
      const request = keyRequest(given.values);
      const expiresAt = expiryOf(given.values['expires'], now());
      return administer(session, given, (administration) => createKey(administration, request, expiresAt));
    },
  },
  {
    words: 'keys list',
    about: 'Shows every API key: its id, whose it is, what it may do, whether it is valid.',
    options: { json },
    run: (given) => administer(session, given, listKeys),
  },
  {
    words: 'keys revoke',
    argument: '<key id>',
    about: 'Ends an API key for good, within five seconds.',
    options: { by },
    run: (given) => administer(session, given, (administration) => revokeKey(administration, given.argument)),
  },
  {
    words: 'accounts move',
    argument: '<account>',
    about: "Makes all that is kept of an account another tenant's. Stop all gateways first.",
    options: { to: { value: '<tenant>', about: 'Whose it becomes.', isNeeded: true }, by },
    notes: "DATABASE_URL is the owner's. What callers of the tenant of before did is then the other's to see.",
    run: (given) =>
      administer(
        session,
        given,
        async (administration) => {
          await requireNoGateways(administration.pool);
          await moveToTenant(administration, given.argument, given.values['to']);
        },
        session.local.ownerEnvironment,
      ),
  },
  {
    words: 'audit list',
    about: 'Shows the latest rows of the audit log.',
    options: { limit: { value: '<rows>', about: 'How many; default 50.' }, json },
    run: (given) =>
      administer(session, given, (administration) => listAudit(administration, given.values['limit'] ?? '50')),
  },
  {
    words: 'audit verify',
    about: 'Checks the chain of the audit log, and prints its head.',
    options: { head: { value: '<rows>:<hash>', about: 'What an earlier "audit verify" printed.' } },
    notes: 'Ends with 1 when a row was changed, is missing, or is not the one that --head names.',
    run: (given) =>
      administer(session, given, async ({ pool, print }) =>
        failUnless(session, await verifyAudit(pool, given.values['head'], print)),
      ),
  },
  {
    words: 'sealing status',
    about: 'Shows how many values are sealed, or fingerprinted, under which key.',
    options: { json },
    notes: 'Ends with 1 when a key that is in use is not configured, or has other bytes than the one of this database.',
    run: (given) => {
      const sealing = readSealing(session);
      return administer(session, given, async (administration) =>
        failUnless(session, await status(administration, sealing)),
      );
    },
  },
  {
    words: 'sealing rotate',
    about: 'Seals under the newest key what is under older ones, and retires these.',
    options: { by },
    notes: "DATABASE_URL is the owner's. Ends with 1 when something is left under an older key; then run it again.",
    run: (given) => {
      const sealing = readSealing(session);
      return administer(
        session,
        given,
        async (administration) => failUnless(session, await rotate(administration, sealing)),
        session.local.ownerEnvironment,
      );
    },
  },
  ...eventCommands({ ...session, environment: session.local.environment }),
  {
    words: 'migrate',
    about: 'Brings the database up to date, and grants the role of the gateways what they need.',
    options: {},
    notes: `DATABASE_URL is the owner's. The role that is granted to is DATABASE_RUNTIME_ROLE.`,
    run: async () => {
      const settings = readSettings(['DATABASE_URL', 'DATABASE_RUNTIME_ROLE'], session.local.ownerEnvironment);
      const applied = await migrate(settings.DATABASE_URL, {
        runtimeRole: settings.DATABASE_RUNTIME_ROLE,
        report: session.remark,
      });
      session.print(
        applied.length === 0
          ? 'The database was up to date already.'
          : `The database is up to date: ${applied.length} applied (${applied.join(', ')}).`,
      );
    },
  },
  {
    words: 'roles create',
    about: "Makes the database's owner and the role of the gateways, and shows their connection strings.",
    options: {
      'owner-password-file': { value: '<file>', about: 'Holds the password of the owner; without it one is made.' },
      'runtime-password-file': { value: '<file>', about: 'The same for the role of the gateways.' },
      json,
    },
    notes: `DATABASE_URL is a superuser's; what is in its database is handed to the owner. Again, it sets new passwords.`,
    run: (given) => {
      const output = { print: session.print, remark: session.remark, json: given.switches.has('json') };
      return makeRoles(settingsOf(session, 'DATABASE_URL').DATABASE_URL, given.values, output);
    },
  },
];

function now(): number {
  return new Date().getTime();
}

function failUnless(session: Session, isWell: boolean): void {
  if (!isWell) session.isWell = false;
}

/** @throws ConfigError */
function settingsOf<Name extends keyof Config>({ local }: Session, ...names: Name[]): Pick<Config, Name> {
  return readSettings(names, local.environment);
}

function readSealing(session: Session): Sealing {
  const settings = settingsOf(session, 'DATABASE_URL', 'GATEWAY_SEALING_KEYS', 'GATEWAY_FINGERPRINT_KEYS');
  return createSealing({ sealing: settings.GATEWAY_SEALING_KEYS, fingerprint: settings.GATEWAY_FINGERPRINT_KEYS });
}

/** Counting all rows of a large database may take long, and no request waits for it. */
const connection = { connections: 2, connectTimeoutMs: 5000, statementTimeoutMs: 600_000 };

async function administer(
  { print, remark, local }: Session,
  given: Given,
  work: (administration: Administration) => Promise<void>,
  variables: NodeJS.ProcessEnv = local.environment,
): Promise<void> {
  const settings = readSettings(['DATABASE_URL', 'GATEWAY_OPERATOR'], variables);
  const pool = openDatabase(settings.DATABASE_URL, connection);
  const prisma = openPrisma(pool);
  try {
    const administration = {
      pool,
      prisma,
      now,
      operator: operator(given.values['by'] ?? settings.GATEWAY_OPERATOR),
      json: given.switches.has('json'),
      print,
      remark,
    };
    // Fails with the server's own message if it is unreachable; Prisma's would be about its query.
    await pool.query('SELECT 1');
    await work(administration);
  } finally {
    await prisma.$disconnect();
    await pool.end();
  }
}

/** Runs the arguments typed after `gateway`. @returns whether everything succeeded; a process then exits with 0 */
export async function runCommandLine(typed: readonly string[], terminal: Terminal): Promise<boolean> {
  const session: Session = { ...terminal, local: withLocalData(terminal.environment), isWell: true };
  try {
    await run(typed, session);
  } catch (error) {
    if (error instanceof UsageError || error instanceof FaultsError) session.remark(error.message);
    else session.remark(databaseFault(error as Error) ?? JSON.stringify(errorForLog(error as Error), null, 2));
    return false;
  }
  return session.isWell;
}

async function run(typed: readonly string[], session: Session): Promise<void> {
  const { print, remark, local } = session;
  if (typed[0] === '--version') {
    print(`card-gateway ${build.version}${build.commit === null ? '' : ` (${build.commit})`}`);
    return;
  }
  const request = parseCommand(commandsOf(session), typed);
  if ('help' in request) {
    print(request.help);
    return;
  }
  if (local.folder !== null && request.command.isClient !== true)
    remark(`DATABASE_URL is not set: working on the data in ${local.folder}.`);
  await request.command.run(request.given);
}
