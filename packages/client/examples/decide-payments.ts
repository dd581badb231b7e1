import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type DecisionAnswer, DecisionRequestRefused, verifyDecisionRequest } from '@card-gateway/client';

const { PORT = '9090', DECISION_SECRETS = '' } = process.env;

const server = createServer(async (request, response) => {
  try {
    const message = { headers: request.headers, body: await buffer(request) };
    const { data } = verifyDecisionRequest(message, DECISION_SECRETS.split(' '));
    const answer: DecisionAnswer = { decision: Number(data.amount) <= 500 ? 'approve' : 'decline' };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  } catch (error) {
    response.writeHead(error instanceof DecisionRequestRefused ? 401 : 500).end();
  }
});
server.listen(Number(PORT), '127.0.0.1', () => console.log('listening on', server.address()));
