import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { incompatibilities, withoutTexts } from '../src/compatibility/documents.ts';

type Json = { [key: string]: Json };

const read = async (name: string): Promise<Json> =>
  JSON.parse(await readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')) as Json;
const document = await read('openapi.json');
const baseline = await read('openapi.baseline.json');

test('programs made for the last version go on with this one', () => {
  // Red: keep what is told, or raise the major version. Once a version is out: `pnpm run openapi:baseline`.
  expect(incompatibilities(baseline, document)).toEqual([]);
});

test('the last version has no texts', () => {
  expect(withoutTexts(baseline)).toEqual(baseline);
  expect(baseline['components']?.['schemas']?.['WalletEntry']?.['properties']).toHaveProperty('description');
});

/** A copy of the document in which something is changed. */
function changed(change: (at: (path: string) => Json) => void): Json {
  const copy = structuredClone(document);
  // `>` stands between the names, which have slashes and dots in them.
  change((path) => path.split('>').reduce<Json>((place, name) => place[name] as Json, copy));
  return copy;
}

const value = (any: unknown): Json => any as Json;
const words = (any: unknown): string[] => any as string[];
const schema = (name: string): string => `components>schemas>${name}`;
const issue = 'paths>/v1/cards>post';
const parameters = (at: (path: string) => Json): Json[] => at('paths>/v1/cards>get')['parameters'] as unknown as Json[];
const named = (at: (path: string) => Json, name: string): Json =>
  parameters(at).find((one) => one['name'] === value(name)) as Json;

describe('is told', () => {
  test.each<[string, (at: (path: string) => Json) => void, string]>([
    [
      'a field of an answer that is gone',
      (at) => delete at(`${schema('Card')}>properties`)['last4'],
      '/last4: is gone',
    ],
    ['one that may be missing', (at) => words(at(schema('Card'))['required']).splice(0, 1), '/id: may be missing now'],
    [
      'one that may be null',
      (at) => (at(`${schema('Card')}>properties>id`)['type'] = value(['string', 'null'])),
      '/id: may be null now',
    ],
    [
      'one that never was another type',
      (at) => (at(`${schema('Callback')}>properties>deliveries`)['type'] = value('number')),
      '/deliveries: may be number now',
    ],
    [
      'a format that is gone',
      (at) => delete at(`${schema('Card')}>properties>createdAt`)['format'],
      '/createdAt: its format is none now',
    ],
    [
      'a known value that is gone',
      (at) => words(at(schema('CardStatus'))['x-extensible-enum']).splice(2, 1),
      '"active" is no known value any more',
    ],
    ['an operation that is gone', (at) => delete at('paths>/v1/banks')['get'], 'GET /v1/banks: is gone'],
    [
      'one of another name',
      (at) => (at(issue)['operationId'] = value('orderCard')),
      'its operationId is orderCard now',
    ],
    [
      'a webhook that is gone',
      (at) => delete at('webhooks')['authorization.requested'],
      'authorization.requested: is gone',
    ],
    ['a status that is gone', (at) => delete at(`${issue}>responses`)['409'], 'POST /v1/cards 409: is gone'],
    [
      'a success that nobody expects',
      (at) => (at('paths>/v1/cards>get>responses')['206'] = value({})),
      'GET /v1/cards 206: is a new success',
    ],
    [
      'a header of an answer that is gone',
      (at) => delete at(`${issue}>responses>201>headers`)['Location'],
      '201 Location: is gone',
    ],
    [
      'a media type that is gone',
      (at) => delete at(`${issue}>responses>422>content`)['application/problem+json'],
      'application/problem+json is gone',
    ],
    ['a parameter that is gone', (at) => parameters(at).splice(0, 1), 'query account: is gone'],
    [
      'a parameter that is required',
      (at) => (named(at, 'account')['required'] = value(true)),
      'query account: is required now',
    ],
    [
      'a new parameter that is required',
      (at) => parameters(at).push(value({ name: 'tenant', in: 'query', required: true })),
      'query tenant: is required now',
    ],
    [
      'another default',
      (at) => (named(at, 'limit')['schema'] = value({ type: 'integer', minimum: 1, maximum: 200, default: 20 })),
      'its default is 20 now',
    ],
    [
      'a lower limit',
      (at) => (named(at, 'limit')['schema'] = value({ type: 'integer', minimum: 1, maximum: 100, default: 50 })),
      'its maximum is 100 now',
    ],
    [
      'a new required input',
      (at) => {
        at(`${schema('IssueCard')}>properties`)['design'] = value({ type: 'string' });
        words(at(schema('IssueCard'))['required']).push('design');
      },
      'body/design: is required now',
    ],
    [
      'an input that is gone',
      (at) => delete at(`${schema('StartBinding')}>properties`)['userIp'],
      'body/userIp: is gone',
    ],
    [
      'an input of a narrower type',
      (at) => (at(`${schema('ActivateCard')}>properties>last4`)['type'] = value('integer')),
      'body/last4: takes no string any more',
    ],
    [
      'a word that is no longer taken',
      (at) => words(at(schema('CardFormInput'))['enum']).splice(0, 1),
      'body/form: takes no "virtual" any more',
    ],
    [
      'another pattern',
      (at) => (at(`${schema('SetCardPin')}>properties>pin`)['pattern'] = value('^[0-9]{6}$')),
      'body/pin: its pattern is ^[0-9]{6}$ now',
    ],
    [
      'a shorter text',
      (at) => (at(`${schema('Purpose')}>properties>purpose`)['maxLength'] = value(100)),
      'body/purpose: its maxLength is 100 now',
    ],
    [
      'a text that needs more',
      (at) => (at(`${schema('Purpose')}>properties>purpose`)['minLength'] = value(10)),
      'body/purpose: its minLength is 10 now',
    ],
    [
      'a class of another name',
      (at) => {
        at('components>schemas')['Plastic'] = at(schema('CardForm'));
        delete at('components>schemas')['CardForm'];
      },
      'CardForm: is gone',
    ],
  ])('%s', (_what, change, told) => {
    const found = incompatibilities(withoutTexts(document), changed(change));
    expect(found.join('\n')).toContain(told);
  });

  test('not where the major version rises', () => {
    const next = changed((at) => {
      delete at('paths>/v1/banks')['get'];
      at('info')['version'] = value('1.0.0');
    });
    expect(incompatibilities(withoutTexts(document), next)).toEqual([]);
  });
});

describe('is additive', () => {
  test.each<[string, (at: (path: string) => Json) => void]>([
    [
      'a new field of an answer',
      (at) => {
        at(`${schema('Card')}>properties`)['design'] = value({ type: 'string' });
        words(at(schema('Card'))['required']).push('design');
      },
    ],
    ['a new known value', (at) => words(at(schema('CardStatus'))['x-extensible-enum']).push('expired')],
    ['a word more to send', (at) => words(at(schema('CardStatusInput'))['enum']).push('expired')],
    ['a new operation', (at) => (at('paths')['/v1/limits'] = value({ get: { operationId: 'listLimits' } }))],
    ['a new problem', (at) => (at(`${issue}>responses`)['410'] = value({ description: 'gone' }))],
    ['a new input', (at) => (at(`${schema('IssueCard')}>properties`)['design'] = value({ type: 'string' }))],
    ['a new parameter', (at) => parameters(at).push(value({ name: 'design', in: 'query', required: false }))],
    ['an input that is no longer required', (at) => words(at(schema('IssueCard'))['required']).splice(0, 1)],
    ['a longer text', (at) => (at(`${schema('Purpose')}>properties>purpose`)['maxLength'] = value(500))],
    ['a pattern that is gone', (at) => delete at(`${schema('SetCardPin')}>properties>pin`)['pattern']],
    ['other words about it', (at) => (at(schema('Card'))['description'] = value('A card.'))],
    [
      'a header more',
      (at) => (at(`${issue}>responses>201>headers`)['RateLimit'] = value({ schema: { type: 'string' } })),
    ],
  ])('%s', (_what, change) => {
    expect(incompatibilities(withoutTexts(document), changed(change))).toEqual([]);
  });
});
