import { operations } from '@card-gateway/contract';
import { holdsCardNumber, newUuid } from '@card-gateway/core';
import fastifyCompress from '@fastify/compress';
import { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { bindingRoutes } from './bindings/routes.ts';
import { viewBindingImages } from './bindings/view.ts';
import { removeBindingKind } from './bindings/remove-binding-outcome.ts';
import { isListed } from './addresses.ts';
import { startBindingKind } from './bindings/start-binding-outcome.ts';
import { verifyBindingKind } from './bindings/verify-binding-outcome.ts';
import { viewCallbackImages } from './callbacks/read-callbacks.ts';
import { callbackIntake, callbackRoutes, intakePaths } from './callbacks/routes.ts';
import { cardholderRoutes } from './cardholders/routes.ts';
import { viewCardholderImages } from './cardholders/view.ts';
import { createCardholderKind } from './cardholders/create-cardholder.ts';
import { reapplyCardholderKind } from './cardholders/reapply-cardholder.ts';
import { cardWriteKinds } from './cards/write-kinds.ts';
import { cardRoutes } from './cards/routes.ts';
import { viewCardImages } from './cards/view.ts';
import { viewAccountImages } from './catalog/providers.ts';
import { catalogRoutes } from './catalog/routes.ts';
import type { EventViews } from './event-views.ts';
import { destinationRoutes } from './destinations/routes.ts';
import { viewDestinationImages } from './destinations/view.ts';
import { feedRoutes } from './feed/routes.ts';
import { createAuthentication } from './http/auth.ts';
import { keepDeadlines } from './http/deadline.ts';
import { healthRoutes } from './http/health.ts';
import { takeJsonAlone } from './http/json-body.ts';
import { logRequests } from './http/logging.ts';
import { countRequests, metricsMethods, metricsRoute } from './http/metrics.ts';
import { shedLoad } from './http/overload.ts';
import { authenticated, finishOperations } from './http/route.ts';
import { createServer } from './http/server.ts';
import { takeTurns } from './http/turns.ts';
import { serializerCompiler, validatorCompiler } from './http/validation.ts';
import type { WriteKinds } from './ledger/kind.ts';
import { findKey } from './keys/store.ts';
import { viewOperationImages } from './operations/read-operations.ts';
import { operationRoutes } from './operations/routes.ts';
import { portalRoutes } from './portal/routes.ts';
import type { Services } from './services.ts';
import { startSyncKind, viewSyncImages } from './syncs/start-sync.ts';
import { syncRoutes } from './syncs/routes.ts';
import { transactionRoutes } from './transactions/routes.ts';
import { viewTransactionImages } from './transactions/view.ts';
import { createTransferKind } from './transfers/create-transfer.ts';
import { transferRoutes } from './transfers/routes.ts';
import { viewTransferImages } from './transfers/view.ts';
import { walletRoutes } from './wallet/routes.ts';

export { problemAnswer } from './http/problem.ts';

/** All kinds of write, for the reconciliation job. */
export const writeKinds: WriteKinds = [
  createCardholderKind,
  reapplyCardholderKind,
  ...cardWriteKinds,
  createTransferKind,
  startBindingKind,
  verifyBindingKind,
  removeBindingKind,
  startSyncKind,
];

/** How events show their subjects. */
export const eventViews: EventViews = {
  card: viewCardImages,
  cardholder: viewCardholderImages,
  binding: viewBindingImages,
  transaction: viewTransactionImages,
  transfer: viewTransferImages,
  operation: viewOperationImages,
  sync: viewSyncImages,
  callback: viewCallbackImages,
  account: viewAccountImages,
  destination: viewDestinationImages,
};

/**
 * The HTTP service and table of contents of the gateway. It does not listen yet.
 *
 * @param observe called before the routes of the API are added
 */
export async function buildApp(
  services: Services,
  log: FastifyBaseLogger,
  observe?: (app: FastifyInstance) => Promise<void>,
): Promise<FastifyInstance> {
  const { config } = services;
  const hasMetrics = config.METRICS_PORT === 'main';
  const methodsOf = (path: string): readonly string[] => [
    ...allowedMethods(path),
    ...(hasMetrics ? metricsMethods(path) : []),
  ];
  const app = createServer(log, config, methodsOf, {
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    keepAliveTimeout: config.HTTP_KEEP_ALIVE_TIMEOUT_MS,
    bodyLimit: config.HTTP_BODY_LIMIT_BYTES,
    trustProxy: (address) => isListed(config.HTTP_TRUSTED_PROXIES, address),
    genReqId: (request) => requestId(request.headers['x-request-id'], services.now),
    routerOptions: { maxParamLength: 200 },
  });
  takeJsonAlone(app);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  logRequests(app);

  // Compression is opt-in per route, and compressed requests are not accepted.
  await app.register(fastifyCompress, { global: false, encodings: ['br', 'gzip'], threshold: 1024 });
  await observe?.(app);
  await app.register(async (v1) => {
    await shedLoad(v1, config);
    finishOperations(v1);
    takeTurns(v1);
    countRequests(v1, services.metrics);
    keepDeadlines(v1, services);
    const now = (): number => performance.now();
    authenticated(v1, createAuthentication({ findKey: (hash) => findKey(services.pool, hash), now }));
    catalogRoutes(v1, services);
    cardholderRoutes(v1, services);
    cardRoutes(v1, services);
    transactionRoutes(v1, services);
    transferRoutes(v1, services);
    walletRoutes(v1, services);
    bindingRoutes(v1, services);
    syncRoutes(v1, services);
    operationRoutes(v1, services, writeKinds);
    callbackRoutes(v1, services);
    destinationRoutes(v1, services);
    feedRoutes(v1, services, eventViews);
  });
  await callbackIntake(app, services);
  healthRoutes(app, services);
  if (hasMetrics) metricsRoute(app, services);
  await portalRoutes(app);
  return app;
}

const requestIdShape = /^[\w.:-]{1,128}$/;
/** Digits of the shortest card number, in any grouping. */
const cardNumberInside = /\d(?:[_.:-]{0,3}\d){12}/;
const uuidShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The caller's request id if it is a plain one, otherwise a new one. It is logged, so it must not be a card number. */
function requestId(header: string | string[] | undefined, now: () => number): string {
  const isPlain =
    typeof header === 'string' &&
    requestIdShape.test(header) &&
    // A UUID may contain that many digits by chance, but hardly ever with a card's check digit.
    (uuidShape.test(header) || !cardNumberInside.test(header)) &&
    !holdsCardNumber(header);
  return isPlain ? header : newUuid(now());
}

const beside = ['/', '/health/live', '/health/ready', '/openapi.json', '/docs', '/docs/', '/docs/{page}', '/llms.txt'];
const paths = [
  ...Object.values(operations),
  ...beside.map((path) => ({ method: 'GET', path })),
  ...intakePaths.map((path) => ({ method: 'POST', path })),
].map(({ method, path }) => ({
  methods: method === 'GET' ? ['GET', 'HEAD'] : [method],
  shape: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}));

function allowedMethods(path: string): readonly string[] {
  return [...new Set(paths.filter(({ shape }) => shape.test(path)).flatMap(({ methods }) => methods))].sort();
}
