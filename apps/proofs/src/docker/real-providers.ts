import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Installation } from './installation.ts';

/** The override's file name in the header of docker-compose.yml. */
export const overrideFile = 'compose.real.yml';
const accountsFolder = '/etc/card-gateway';

/** Creates the override from the clone's docker-compose.yml, for an accounts file beside it. */
export async function writeOverride(clone: string): Promise<void> {
  const compose = await readFile(join(clone, 'docker-compose.yml'), 'utf8');
  const [, commented = ''] = /^#$\n((?:^# {3}.*\n)+)/m.exec(compose) ?? [];
  const override = commented.replaceAll(/^# {3}/gm, '');
  if (!override.includes(`${accountsFolder}:`)) throw new Error('docker-compose.yml has no override at its head.');
  const folder = join(clone, 'accounts');
  await writeFile(join(clone, overrideFile), override.replace(`${accountsFolder}:`, `${folder}:`));
  await mkdir(folder);
  await writeFile(join(folder, 'key'), 'not a real one');
  const settings = {
    baseUrl: 'https://provider.invalid',
    merchantNo: '800000',
    appId: '1700000000000000000',
    secretKey: { file: 'key' },
  };
  await writeFile(join(folder, 'accounts.json'), JSON.stringify({ real: { provider: 'onerway', settings } }));
}

/** Starts without the sandbox, with custom accounts. */
export async function realProviders(installation: Installation): Promise<string> {
  await installation.up();
  const services = (await installation.compose('ps', '--format', '{{.Service}}')).trim().split('\n').toSorted();
  if (services.join() !== 'gateway,postgres') throw new Error(`There run ${services.join(', ')}.`);
  const client = installation.client(await installation.createKey());
  const { data } = await client.listProviders();
  await client.close();
  const accounts = data.map(({ account }) => account);
  if (accounts.join() !== 'real') throw new Error(`The accounts are ${accounts.join(', ')}.`);
  return `${services.join(' and ')} run, with the accounts file that is mounted`;
}
