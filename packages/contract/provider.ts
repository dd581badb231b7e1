import type { Need } from '@card-gateway/core';
import { z } from 'zod';
import { bindingKind } from './binding.ts';
import { applicationKind } from './cardholder.ts';
import { accountName, timestamp, words } from './common.ts';
import { transactionType } from './transaction.ts';

const capabilityState = words<'documented' | 'needs-settings' | 'absent'>(
  'CapabilityState',
  'Whether an account can do something.',
  {
    documented: 'It can.',
    'needs-settings': 'It could, with a setting that the provider has not published; `reason` names it.',
    absent: 'It cannot; `reason` says why.',
  },
);

const accountOperation = z
  .object({
    operation: z.string().meta({ description: 'Operation id of this API.' }),
    state: capabilityState,
    reason: z.string().nullable().meta({ description: 'Why it cannot be used; null where it can.' }),
  })
  .meta({ id: 'AccountOperation', description: 'An operation of this API and whether the account can do it.' });

const providerCall = z
  .object({
    name: z.string().meta({ description: 'Path or action of the provider; the title where no path is published.' }),
    title: z.string().meta({ description: 'What it is for.' }),
    source: z.string().meta({ description: 'Where the contract in `docs/providers/contracts/` tells of it.' }),
    state: capabilityState,
    reason: z.string().nullable().meta({ description: 'Why it is not used; null where it is.' }),
  })
  .meta({ id: 'ProviderCall', description: "A call or notification of the provider's documents." });

const need = words<Need>('Need', 'Whether an order names something.', {
  required: 'It must; without it the order is refused.',
  optional: 'It may; a product of the provider may still want it.',
  none: 'It must not.',
});

const addressNeeds = z
  .object({
    virtual: need.meta({ description: 'Of a virtual card.' }),
    physical: need.meta({ description: 'Of a physical card.' }),
  })
  .meta({ id: 'AddressNeeds', description: 'Whether an order for a card names an address, by the form of the card.' });

const purpose = z
  .object({
    purpose: z.string().meta({ description: 'What `purpose` says.' }),
    fields: z.array(z.string()).meta({ description: 'What the order names besides, e.g. `loanOrder`.' }),
  })
  .meta({ id: 'AccountPurpose', description: 'What a bank card can be bound for at the account.' });

const requirements = z
  .object({
    cardholder: need.nullable().meta({ description: 'Of issueCard; null where the account issues no cards.' }),
    address: addressNeeds.nullable().meta({ description: 'Of issueCard; null where the account issues no cards.' }),
    applications: z.array(applicationKind).meta({
      description: 'What createCardholder takes; empty where the account has no cardholders.',
    }),
    pin: z.string().nullable().meta({ description: 'The rule of a PIN; null where there is none to set, or no rule.' }),
    purposes: z.array(purpose).meta({ description: 'What startBinding takes; empty where it asks for no purpose.' }),
    bindingKinds: z.array(bindingKind).meta({ description: 'The kinds of bindings that the account can list.' }),
    userIp: z.boolean().meta({ description: "Calls about an end user name the user's address, `userIp`." }),
    transactionTypes: z.array(transactionType).meta({
      description: 'The types of transactions that the account can show; `unrecognized` may always come.',
    }),
    decisionTimeMs: z.int().nullable().meta({
      description:
        'Milliseconds that the provider waits for the decision about a payment; null where it asks for none.',
    }),
  })
  .meta({ id: 'AccountRequirements', description: 'What calls of an account name, and what it can tell.' });

const healthStatus = words<'up' | 'down' | 'unknown'>('HealthStatus', 'How the last call of an account went.', {
  up: 'The provider answered it.',
  down: 'No answer came.',
  unknown: 'There was none since the start of this process.',
});

const circuitState = words<'closed' | 'open' | 'half-open'>('CircuitState', 'Whether the provider is asked.', {
  closed: 'It is asked.',
  open: 'It is left alone for a while, after many failures in a row: 503 `circuit-open`. Then `half-open`.',
  'half-open': 'One call tries it again. Then `closed` or `open`.',
});

const accountHealth = z
  .object({
    status: healthStatus,
    lastAnswerAt: timestamp.nullable().meta({ description: 'When the provider last answered; null before it did.' }),
    lastFailureAt: timestamp.nullable().meta({ description: 'When a call last failed; null before one did.' }),
    lastFailure: z.string().nullable().meta({ description: "The connection's error code." }),
    circuit: circuitState,
  })
  .meta({ id: 'AccountHealth', description: 'What the calls of this process since its start showed.' });

export const providerAccountSchema = z
  .object({
    account: accountName,
    provider: z.string().meta({ description: 'The provider’s id, the same for all its accounts.' }),
    title: z.string().meta({ description: "The provider's name for people." }),
    sandbox: z.boolean().meta({ description: 'The account is marked as a test account.' }),
    operations: z.array(accountOperation).meta({ description: 'What this account can do.' }),
    calls: z.array(providerCall).meta({
      description: "Every call and notification of the provider's documents, and whether the gateway uses it.",
    }),
    requirements,
    notes: z.array(z.string()).meta({ description: 'What rests on an unconfirmed assumption.' }),
    health: accountHealth,
  })
  .meta({ id: 'ProviderAccount', description: 'A configured account at a provider and what it can do.' });

export const providerListSchema = z
  .object({ data: z.array(providerAccountSchema).meta({ description: 'The accounts, by name.' }) })
  .meta({ id: 'ProviderAccountList', description: "The caller's accounts." });
