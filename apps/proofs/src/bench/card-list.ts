import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * An OPEN-API provider with a long list of cards (open-api-issuer.md §2.1, §2.2), as a separate process on raw `node:http`. It
 * answers at once, the same each time.
 */
const { port, cards } = JSON.parse(process.argv[2] ?? '') as { readonly port: number; readonly cards: number };

const bins = [
  { bin_id: 'cpi_bench', bin_code: '99999900', recharge_currency: 'USD', mode: 1, status: 1, is_create: 1 },
];
const statuses = [2, 2, 2, 3, 5];

function row(n: number): object {
  const digits = String(n).padStart(9, '0');
  return {
    card_id: `cid_${digits}`,
    order_id: `ord_${digits}`,
    out_order_id: `platform_ord_${digits}`,
    app_id: 100001,
    bin_id: 'cpi_bench',
    holder_id: `hid_${n % 1000}`,
    card_no: `9999990${digits}`,
    balance: (n % 5000) / 4,
    limit: 10 + n,
    expiry: '03/28',
    cvv: '345',
    pin: '7788',
    status: statuses[n % statuses.length],
    use_at: '2025-03-03 02:42:11',
    close_at: '',
    end_at: '',
    mark: '',
  };
}

function pageOf(received: string): object {
  const { page_no: page, page_size: size } = JSON.parse(received) as { page_no: number; page_size: number };
  const from = (page - 1) * size;
  const count = Math.max(0, Math.min(size, cards - from));
  const rows = Array.from({ length: count }, (_, at) => row(from + at));
  return { total: cards, page_no: page, page_size: size, card_list: rows };
}

async function serve(request: IncomingMessage, reply: ServerResponse): Promise<void> {
  const received = await text(request);
  const isList = request.url?.endsWith('card/cardList') === true;
  const data = isList ? pageOf(received) : { total: bins.length, bin_list: bins };
  const body = JSON.stringify({ code: 0, message: 'success', data });
  reply.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}

const server = createServer((request, reply) => void serve(request, reply));
server.keepAliveTimeout = 60_000;
server.listen(port, '127.0.0.1');
