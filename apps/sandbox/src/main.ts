import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SandboxConfig } from './config.ts';
import { startSandbox } from './server.ts';

const { SANDBOX_CONFIG: file, SANDBOX_HOST: host = '127.0.0.1', SANDBOX_PORT: port = '8090' } = process.env;

const config = file === undefined || file === '' ? {} : (JSON.parse(await readFile(file, 'utf8')) as SandboxConfig);
const folder = file === undefined ? '.' : dirname(file);
const sandbox = await startSandbox({ ...config, host, port: Number(port) }, folder);
console.log(`Sandbox of the providers listening on ${sandbox.url}`);

let closing = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (closing) return;
    closing = true;
    void sandbox.close();
  });
}
