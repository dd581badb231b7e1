/** The examples of all operations tell one story: the same thing has the same id everywhere. */
const created = '2026-11-22T10:00:00.000Z';
const operationSucceeded = (id: string) => ({ id, outcome: 'succeeded' as const });

export const productId = 'prod_01kan3z7jhfe7v2eq8d4tqh1y0';
export const cardholderId = 'chd_01kan3z7jhfe7v2eq8d4tqh1y1';
export const cardId = 'card_01kan3z7jhfe7v2eq8d4tqh1y2';
const bindingId = 'bind_01kan3z7jhfe7v2eq8d4tqh1y3';
export const syncId = 'sync_01kan3z7jhfe7v2eq8d4tqh1y4';

export const providerAccount = {
  account: 'keysecure',
  provider: 'keysecure',
  title: 'KeySecure',
  sandbox: true,
  operations: [
    { operation: 'issueCard', state: 'documented' as const, reason: null },
    { operation: 'startBinding', state: 'absent' as const, reason: 'The documents describe no such call.' },
  ],
  calls: [
    {
      name: 'card/apply',
      title: 'Request a card',
      source: 'keysecure.md §6.5',
      state: 'documented' as const,
      reason: null,
    },
  ],
  requirements: {
    cardholder: 'required' as const,
    address: { virtual: 'optional' as const, physical: 'required' as const },
    applications: ['sumsub' as const],
    pin: 'exactly 6 digits, without three or more in a row that are alike or consecutive',
    purposes: [],
    bindingKinds: [],
    userIp: false,
    transactionTypes: ['purchase' as const, 'refund' as const],
    decisionTimeMs: null,
  },
  notes: [],
  health: {
    status: 'up' as const,
    lastAnswerAt: created,
    lastFailureAt: null,
    lastFailure: null,
    circuit: 'closed' as const,
  },
};

export const cardProduct = {
  id: productId,
  provider: 'keysecure',
  account: 'keysecure',
  providerRef: 'P202605220001',
  name: 'Travel Visa',
  bin: '428836',
  network: 'visa' as const,
  category: null,
  forms: ['virtual' as const],
  currencies: [],
  balanceCurrency: null,
  region: null,
  bank: null,
  status: 'available' as const,
  providerStatus: null,
  issuable: true,
  limits: { balance: '10000', weekly: '5000', atmDaily: '500', atmMonthly: '2000' },
  seenAt: created,
};

export const cardholder = {
  id: cardholderId,
  provider: 'keysecure',
  account: 'keysecure',
  providerRef: 'U202605220001',
  reference: 'user-1001',
  status: 'approved' as const,
  providerStatus: 'Approved',
  failReason: null,
  createdAt: created,
  updatedAt: created,
  syncedAt: created,
  operation: operationSucceeded('op_01kan3z7jhfe7v2eq8d4tqh1y4'),
};

export const createCardholder = {
  account: 'keysecure',
  reference: 'user-1001',
  sumsubShareToken: 'share-token-of-sumsub',
};

export const reapplyCardholder = { sumsubShareToken: 'another-share-token' };

export const issueCard = {
  account: 'keysecure',
  product: productId,
  cardholder: cardholderId,
  form: 'virtual' as const,
};

export const card = {
  id: cardId,
  provider: 'keysecure',
  account: 'keysecure',
  providerRef: 'C202605220001',
  product: productId,
  cardholder: cardholderId,
  form: 'virtual' as const,
  network: 'visa' as const,
  last4: null,
  expiry: null,
  status: 'pending' as const,
  providerStatus: null,
  balance: null,
  totalLoaded: null,
  activatedAt: null,
  cancelRequestedAt: null,
  cancelledAt: null,
  createdAt: created,
  updatedAt: created,
  syncedAt: null,
  operation: operationSucceeded('op_01kan3z7jhfe7v2eq8d4tqh1y5'),
};

export const activeCard = {
  ...card,
  last4: '4242',
  status: 'active' as const,
  providerStatus: 'Activated',
  syncedAt: created,
};
export const frozenCard = { ...activeCard, status: 'frozen' as const, providerStatus: 'Frozen' };
export const cancelledCard = { ...activeCard, status: 'cancelled' as const, providerStatus: 'Delete' };
export const activateCard = { cvv: '123', last4: '4242' };
export const setCardPin = { pin: '258036' };
export const purpose = { purpose: 'the holder asked for it, ticket 4711' };
export const revealedCard = { card: cardId, number: '4111111111111111', expiry: '2028-12', cvv: '123' };
export const frameToken = { card: cardId, token: 'one-time-token', expiresAt: '2026-11-22T10:05:00.000Z' };

export const transaction = {
  id: 'txn_01kan3z7jhfe7v2eq8d4tqh1ya',
  provider: 'keysecure',
  account: 'keysecure',
  providerRef: 'X202605220001',
  card: cardId,
  type: 'purchase' as const,
  providerType: 'Consumption',
  status: 'succeeded' as const,
  providerStatus: 'Success',
  amount: { amount: '100.00', currency: null },
  localAmount: { amount: '92.10', currency: 'EUR' },
  fee: { amount: '1.00', currency: null },
  fees: [{ type: 'Exchange_fee', amount: '1.00' }],
  merchant: { name: 'Book Shop', categoryCode: '5942', city: 'London', country: 'GB' },
  related: null,
  modifiedAt: created,
  createdAt: created,
  updatedAt: created,
  syncedAt: created,
};

export const createTransfer = {
  account: 'keysecure',
  cardholder: cardholderId,
  direction: 'in' as const,
  amount: { amount: '100.00', currency: 'TUSDT' },
};
export const transfer = {
  id: 'trf_01kan3z7jhfe7v2eq8d4tqh1yb',
  provider: 'keysecure',
  account: 'keysecure',
  providerRef: 'T202605220001',
  cardholder: cardholderId,
  direction: 'in' as const,
  amount: { amount: '100.00', currency: 'TUSDT' },
  status: 'succeeded' as const,
  providerStatus: null,
  balanceBefore: { amount: '0.00', currency: 'TUSDT' },
  balanceAfter: { amount: '100.00', currency: 'TUSDT' },
  createdAt: created,
  updatedAt: created,
  syncedAt: created,
  operation: operationSucceeded('op_01kan3z7jhfe7v2eq8d4tqh1yc'),
};
export const balances = {
  data: [
    { currency: 'TUSDT', chain: null, amount: '100.00', usdValue: '100.00', bonus: '0.00', bonusUsdValue: '0.00' },
  ],
};

export const walletTransaction = {
  data: [
    {
      providerRef: '10002024020407465400001000100182e74f720f9df26d',
      record: null,
      external: 'pm_h1',
      direction: 'out' as const,
      providerType: '7',
      description: 'card order',
      amount: { amount: '10.00', currency: 'USD' },
      balanceBefore: { amount: '100.00', currency: 'USD' },
      balanceAfter: { amount: '90.00', currency: 'USD' },
      status: 'approved' as const,
      providerStatus: '2',
      rejectReason: null,
      remark: null,
      at: created,
    },
  ],
};

export const callback = {
  id: 'cbk_01kan3z7jhfe7v2eq8d4tqh1yd',
  provider: 'keysecure',
  account: 'keysecure',
  kind: 'card_changed',
  state: 'processed' as const,
  deliveries: 1,
  decision: null,
  failure: null,
  receivedAt: created,
  processedAt: created,
};

export const startBinding = {
  account: 'yixin',
  user: 'user-1001',
  cardNumber: '6217001234567890123',
  phone: '13800000000',
  purpose: 'loan' as const,
  userIp: '203.0.113.7',
};

export const binding = {
  id: bindingId,
  provider: 'yixin',
  account: 'yixin',
  providerRef: null,
  user: 'user-1001',
  kind: 'bank_card' as const,
  status: 'awaiting_code' as const,
  maskedNumber: '621700******0123',
  last4: '0123',
  network: null,
  cardType: null,
  bank: null,
  expiry: null,
  binCountry: null,
  challenge: { expiresAt: '2026-11-22T10:05:00.000Z', attemptsLeft: 5, resendAfter: '2026-11-22T10:01:00.000Z' },
  createdAt: created,
  updatedAt: created,
  syncedAt: null,
  operation: operationSucceeded('op_01kan3z7jhfe7v2eq8d4tqh1y6'),
};

export const verifyBinding = { code: '123456', userIp: '203.0.113.7' };
export const boundBinding = { ...binding, status: 'bound' as const, challenge: null };

export const removedBinding = {
  ...boundBinding,
  provider: 'onerway',
  account: 'onerway',
  providerRef: '1744642154859945986',
  kind: 'token' as const,
  status: 'removed' as const,
  maskedNumber: '400002******0961',
  last4: '0961',
  network: 'visa' as const,
};
export const revealedBinding = { binding: bindingId, token: 'payment-token' };

export const checkBinding = {
  account: 'yixin',
  user: 'user-1001',
  cardNumber: '6217001234567890123',
  userIp: '203.0.113.7',
};
export const bindingCheck = {
  provider: 'yixin',
  account: 'yixin',
  user: 'user-1001',
  maskedNumber: '621700******0123',
  bindingRequired: true,
};

export const banks = {
  data: [{ code: 'CCB', name: '建设银行', perTransaction: '5000000', perDay: '20000000', unit: null }],
};

export const lookUpIssuer = { account: 'yixin', cardNumber: '6217001234567890123', userIp: '203.0.113.7' };
export const issuer = {
  provider: 'yixin',
  account: 'yixin',
  maskedNumber: '621700******0123',
  bank: { code: 'CCB', name: '建设银行' },
};

export const startSync = { account: 'open-api' };
export const sync = {
  id: syncId,
  provider: 'open-api',
  account: 'open-api',
  kind: 'cards' as const,
  user: null,
  status: 'queued' as const,
  pages: 0,
  seen: 0,
  unreadable: 0,
  total: null,
  failure: null,
  createdAt: created,
  startedAt: null,
  finishedAt: null,
  operation: operationSucceeded('op_01kan3z7jhfe7v2eq8d4tqh1y7'),
};

export const finishedSync = {
  ...sync,
  status: 'succeeded' as const,
  pages: 52,
  seen: 2500,
  unreadable: 0,
  total: 2500,
  startedAt: '2026-11-22T10:00:01.000Z',
  finishedAt: '2026-11-22T10:00:09.000Z',
};

export const unresolved = { account: 'keysecure', unknown: 1, waitingForPerson: 0, oldestUnknownSince: created };

export const operation = {
  id: 'op_01kan3z7jhfe7v2eq8d4tqh1y9',
  type: 'issueCard' as const,
  provider: 'keysecure',
  account: 'keysecure',
  caller: 'card-service',
  outcome: 'unknown' as const,
  resource: cardId,
  unknownBecause: 'no_answer' as const,
  refusal: null,
  unknownSince: '2026-11-22T10:00:20.000Z',
  resolvesBy: 'look-up' as const,
  nextLookUpAt: '2026-11-22T10:00:22.000Z',
  resolvedBy: null,
  supersededBy: null,
  resolution: null,
  createdAt: created,
  resolvedAt: null,
  attempts: [
    {
      kind: 'send' as const,
      startedAt: created,
      finishedAt: '2026-11-22T10:00:20.000Z',
      outcome: 'unknown' as const,
      httpStatus: null,
      providerCode: null,
      providerMessage: null,
    },
  ],
};

export const resolveOperation = {
  outcome: 'succeeded' as const,
  reason: 'KeySecure support confirmed the order by its number.',
  providerRef: 'C202605220001',
};

export const resolvedOperation = {
  ...operation,
  outcome: 'succeeded' as const,
  unknownSince: null,
  resolvesBy: null,
  nextLookUpAt: null,
  resolvedBy: 'person' as const,
  resolution: {
    caller: 'operations-desk',
    apiKey: 'key_01kan3z7jhfe7v2eq8d4tqh1yb',
    reason: resolveOperation.reason,
    providerRef: resolveOperation.providerRef,
    resolvedAt: '2026-11-25T10:12:00.000Z',
  },
  resolvedAt: '2026-11-25T10:12:00.000Z',
  attempts: [
    ...operation.attempts,
    {
      kind: 'person' as const,
      startedAt: '2026-11-25T10:12:00.000Z',
      finishedAt: '2026-11-25T10:12:00.000Z',
      outcome: 'done' as const,
      httpStatus: null,
      providerCode: null,
      providerMessage: null,
    },
  ],
};

export const destinationId = 'dest_01kan3z7jhfe7v2eq8d4tqh1ye';
export const createDestination = {
  url: 'https://orders.internal.example/card-events',
  types: ['card.*', 'operation.unknown'],
  description: 'Order service',
};
export const destination = {
  id: destinationId,
  url: createDestination.url,
  types: createDestination.types,
  account: null,
  description: createDestination.description,
  scopes: ['cards:read', 'events:manage'],
  status: 'active' as const,
  disabledReason: null,
  failingSince: null,
  lastSuccessAt: created,
  missedUntil: null,
  replay: null,
  createdAt: created,
  updatedAt: created,
};
export const failingDestination = {
  ...destination,
  status: 'failing' as const,
  failingSince: '2026-11-22T10:01:00.000Z',
};
export const disabledDestination = {
  ...failingDestination,
  status: 'disabled' as const,
  disabledReason: 'failing' as const,
};
export const destinationSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const deliveryAttempt = {
  event: 'evt_01m81b5h80e0080000000004k7',
  type: 'card.activated' as const,
  destination: destinationId,
  attempt: 1,
  delivered: false,
  httpStatus: 503,
  failure: 'HTTP_503',
  answer: 'Down for maintenance',
  durationMs: 12,
  attemptedAt: created,
  nextAttemptAt: '2026-11-22T10:00:01.000Z',
};
export const replayEvents = { after: created, types: ['card.*'] };
export const replay = { ...replayEvents, before: '2026-11-22T11:00:00.000Z', remaining: 4711 };
