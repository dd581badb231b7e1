import { expect, test, vi } from 'vitest';
import { firstUuidAt, fromPublicId, type IdKind, idPrefixes, instantOf, newUuid, toPublicId } from './id.ts';

const kinds = Object.keys(idPrefixes) as IdKind[];
// newUuid never goes back in time within a process: each test takes instants of its own, later than those before it.
const start = 1_763_812_800_000;
const v7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

// The vectors of the TypeID specification (spec/valid.yml), with our prefixes.
test.each([
  ['00000000-0000-0000-0000-000000000000', '00000000000000000000000000'],
  ['00000000-0000-0000-0000-000000000001', '00000000000000000000000001'],
  ['00000000-0000-0000-0000-00000000000a', '0000000000000000000000000a'],
  ['00000000-0000-0000-0000-000000000010', '0000000000000000000000000g'],
  ['00000000-0000-0000-0000-000000000020', '00000000000000000000000010'],
  ['ffffffff-ffff-ffff-ffff-ffffffffffff', '7zzzzzzzzzzzzzzzzzzzzzzzzz'],
  ['01890a5d-ac96-774b-bcce-b302099a8057', '01h455vb4pex5vsknk084sn02q'],
])('the vector %s', (uuid, text) => {
  expect(toPublicId('card', uuid)).toBe(`card_${text}`);
  expect(fromPublicId('card', `card_${text}`)).toBe(uuid);
});

test.each(kinds)('%s ids go out and come back', (kind) => {
  const uuid = newUuid(start);
  const id = toPublicId(kind, uuid);
  expect(id).toMatch(new RegExp(`^${idPrefixes[kind]}_[0-9a-z]{26}$`));
  expect(fromPublicId(kind, id)).toBe(uuid);
  expect(kinds.filter((other) => fromPublicId(other, id) !== null)).toEqual([kind]);
});

test.each([
  '',
  'card_',
  '01h455vb4pex5vsknk084sn02q',
  'card-01h455vb4pex5vsknk084sn02q',
  'CARD_01h455vb4pex5vsknk084sn02q',
  'card_01H455VB4PEX5VSKNK084SN02Q',
  'card_01h455vb4pex5vsknk084sn02',
  'card_01h455vb4pex5vsknk084sn02qq',
  'card_01h455vb4pex5vsknk084sn02u',
  'card_8zzzzzzzzzzzzzzzzzzzzzzzzz',
  'card__1h455vb4pex5vsknk084sn02q',
  ' card_01h455vb4pex5vsknk084sn02q',
])('no id of a card: %j', (text) => {
  expect(fromPublicId('card', text)).toBeNull();
});

test('a uuid is of version 7 and carries its instant', () => {
  const instant = start + 1000;
  const uuid = newUuid(instant);
  expect(uuid).toMatch(v7);
  expect(Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16)).toBe(instant);
});

test('within a millisecond, past what it holds and with a clock set back, ids still sort as they were made', () => {
  const instant = start + 2000;
  const instants = [...Array<number>(10_000).fill(instant), instant - 60_000, instant, instant + 60_000];
  const uuids = instants.map(newUuid);
  expect(uuids).toEqual([...uuids].sort());
  expect(new Set(uuids).size).toBe(uuids.length);
  expect(uuids.every((uuid) => v7.test(uuid))).toBe(true);
  const ids = uuids.map((uuid) => toPublicId('operation', uuid));
  expect(ids).toEqual([...ids].sort());
});

test('the first uuid of a process is one, whatever its clock says', async () => {
  vi.resetModules();
  const { newUuid: firstUuid } = await import('./id.ts');
  expect(firstUuid(0)).toMatch(v7);
});

test('the first uuid of an instant is a lower bound', () => {
  const instant = start + 1_000_000;
  expect(firstUuidAt(instant)).toMatch(v7);
  const [before, at] = [newUuid(instant - 1), newUuid(instant)];
  expect([at, firstUuidAt(instant), before].sort()).toEqual([before, firstUuidAt(instant), at]);
});

test('a new id tells the instant it was made at', () => {
  const now = Date.UTC(2126, 10, 22, 10, 0, 0, 123);
  expect(instantOf(newUuid(now))).toBe(now);
});
