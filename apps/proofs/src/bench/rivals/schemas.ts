/** JSON Schemas of the API, which Fastify compiles into validators and serializers. */
const nullable = { type: 'string', nullable: true } as const;
const money = {
  type: 'object',
  nullable: true,
  properties: { amount: { type: 'string' }, currency: nullable },
} as const;
const operation = {
  type: 'object',
  nullable: true,
  properties: { id: { type: 'string' }, outcome: { type: 'string' } },
} as const;
const time = { type: 'string', format: 'date-time' } as const;
const nullableTime = { ...time, nullable: true } as const;

export const cardSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    provider: { type: 'string' },
    account: { type: 'string' },
    providerRef: nullable,
    product: nullable,
    cardholder: nullable,
    form: nullable,
    network: nullable,
    last4: nullable,
    expiry: nullable,
    status: { type: 'string' },
    providerStatus: nullable,
    balance: { ...money, default: null },
    totalLoaded: { ...money, default: null },
    activatedAt: { ...nullableTime, default: null },
    cancelRequestedAt: { ...nullableTime, default: null },
    cancelledAt: { ...nullableTime, default: null },
    createdAt: time,
    updatedAt: time,
    syncedAt: { ...nullableTime, default: null },
    operation: { ...operation, default: null },
  },
} as const;

export const cardPageSchema = {
  type: 'object',
  properties: { data: { type: 'array', items: cardSchema }, nextCursor: nullable },
} as const;

export const bindingSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    provider: { type: 'string' },
    account: { type: 'string' },
    user: { type: 'string' },
    kind: { type: 'string' },
    status: { type: 'string' },
    maskedNumber: { type: 'string' },
    last4: { type: 'string' },
    challenge: { type: 'object', properties: { expiresAt: time } },
    createdAt: time,
    updatedAt: time,
    operation: { ...operation, default: null },
  },
} as const;

export const operationSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    type: { type: 'string' },
    outcome: { type: 'string' },
    resource: { type: 'string' },
    createdAt: time,
    resolvedAt: nullableTime,
  },
} as const;

const uuid = { type: 'string', format: 'uuid' } as const;
const account = { type: 'string', minLength: 1, maxLength: 64 } as const;

export const idSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['id'],
  properties: { id: uuid },
} as const;

export const listSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    cursor: uuid,
    createdBefore: { type: 'string', format: 'date-time' },
  },
} as const;

export const issueSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['account', 'product', 'cardholder', 'form'],
  properties: { account, product: uuid, cardholder: uuid, form: { enum: ['virtual'] } },
} as const;

export const bindSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['account', 'user', 'cardNumber', 'phone', 'purpose', 'userIp'],
  properties: {
    account,
    user: { type: 'string', minLength: 1, maxLength: 64 },
    cardNumber: { type: 'string', pattern: '^[0-9]{12,21}$' },
    phone: { type: 'string', pattern: '^[+]?[0-9]{5,20}$' },
    purpose: { enum: ['loan'] },
    userIp: { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
  },
} as const;

export const callbackSchema = {
  type: 'object',
  required: ['action', 'data'],
  properties: { action: { const: 'Card_update' }, data: { type: 'object' } },
} as const;

export const keySchema = {
  type: 'object',
  required: ['idempotency-key'],
  properties: { 'idempotency-key': { type: 'string', minLength: 1, maxLength: 255 } },
} as const;
