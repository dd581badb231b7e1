import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { createClient, GatewayProblem, GatewayUnreachable } from '@card-gateway/client';

const { GATEWAY_URL: baseUrl = 'http://127.0.0.1:8080', GATEWAY_API_KEY: apiKey = '' } = process.env;
const gateway = createClient({ baseUrl, apiKey });
const person = createInterface({ input: process.stdin });
const lines = person[Symbol.asyncIterator]();

const [user = '', cardNumber = '', phone = ''] = process.argv.slice(2);
let binding = await gateway.startBinding({
  body: { account: 'yixin', user, cardNumber, phone, purpose: 'loan', userIp: '203.0.113.7' },
});
while (binding.status === 'awaiting_code') {
  process.stdout.write('Code of the SMS: ');
  const { value: code, done } = await lines.next();
  if (done) break;
  const attempt = { params: { id: binding.id }, body: { code }, idempotencyKey: randomUUID() };
  try {
    binding = await gateway.verifyBinding(attempt);
  } catch (error) {
    if (error instanceof GatewayProblem && error.code === 'refused-by-provider') {
      console.log('That code is wrong.', error.problem.provider?.message ?? '');
    } else if (error instanceof GatewayUnreachable) {
      // Under the same key the code is tried once, whatever became of the first call.
      binding = await gateway.verifyBinding(attempt);
    } else throw error;
  }
}
console.log(binding.id, binding.status);
person.close();
await gateway.close();
