import { readFile, rename, writeFile } from 'node:fs/promises';
import { createClient } from '@card-gateway/client';

const { GATEWAY_URL: baseUrl = 'http://127.0.0.1:8080', GATEWAY_API_KEY: apiKey = '' } = process.env;
const gateway = createClient({ baseUrl, apiKey });

const [file = 'cursor'] = process.argv.slice(2);
const after = await readFile(file, 'utf8').catch(() => undefined);
const onRetry = (error: Error) => console.error(error.message);

for await (const event of gateway.events({ after, types: ['card.*', 'operation.*'], onRetry })) {
  console.log(event.type, event.subject, event.subjectVersion);
  if (event.type === 'card.activated') console.log('It pays now:', event.data?.last4);
  // Better in your database, in the transaction that stores what the event led to.
  await writeFile(`${file}.new`, event.cursor);
  await rename(`${file}.new`, file);
}
