export { startSandbox, type Sandbox } from './server.ts';
export type { Admin, EntryFilter } from './admin.ts';
export type { CallbacksAdmin, DeliveryFilter, HeldCallback } from './callbacks/admin.ts';
export type { Callback, CallbackProvider, Delivery, Signed } from './callbacks/callbacks.ts';
export type { Release } from './callbacks/release.ts';
export { forgeryKinds, type Forged, type Forgery, type ForgeryKind } from './callbacks/forge.ts';
export type { ClockChange, ClockReading } from './clock.ts';
export type { SandboxConfig } from './config.ts';
export type { Credentials } from './credentials.ts';
export { faultNames, type Fault, type FaultName, type ProviderName, type ScriptedFault } from './faults.ts';
export type { LedgerEntry, RequestCount, RequestEntry, Sms } from './journal.ts';
export type {
  KeysecureAdmin,
  KeysecureCardChange,
  KeysecureCardholderChange,
  SeedConsumptions,
} from './keysecure/admin.ts';
export type { KeysecureCallback, NestedOrder } from './keysecure/callback.ts';
export type { KeysecureBin, KeysecurePackage } from './keysecure/catalogue.ts';
export type { ConsumptionChange, ConsumptionSeed } from './keysecure/consumptions.ts';
export type { Payment, PaymentResult } from './keysecure/pay.ts';
export type {
  CardholderStatus,
  CardStatus,
  KeysecureCard,
  KeysecureCardholder,
  KeysecureConsumption,
} from './keysecure/state.ts';
export type { OnerwayToken, SeedOnerwayTokens, StoredToken, TokenKind } from './onerway/tokens.ts';
export type { OpenApiBin, OpenApiCard, SeedOpenApiCards } from './open-api/state.ts';
export type { OpenApiTransaction } from './open-api/transactions.ts';
export { numberLiteral, syntheticPan, createRandom, type Random } from './synthetic.ts';
export type { SeedYixinCards, YixinCard } from './yixin/state.ts';
