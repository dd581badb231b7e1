import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { EventRefused, verifyEvent } from '@card-gateway/client';

const { PORT = '3000', EVENT_SECRETS = '' } = process.env;

// In your database: the version that you have of each subject.
const versions = new Map<string, number>();

const server = createServer(async (request, response) => {
  try {
    const event = verifyEvent(request.headers, await buffer(request), EVENT_SECRETS.split(' '));
    const isNews = event.subjectVersion > (versions.get(event.subject) ?? 0);
    if (isNews) versions.set(event.subject, event.subjectVersion);
    // What takes long comes after the answer, once the event is stored.
    response.writeHead(204).end();
    if (isNews) console.log(event.type, event.subject, event.subjectVersion);
  } catch (error) {
    response.writeHead(error instanceof EventRefused ? 401 : 500).end();
  }
});
server.listen(Number(PORT), '127.0.0.1', () => console.log('listening on', server.address()));
