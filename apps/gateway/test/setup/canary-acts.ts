import type { OperationId } from '@card-gateway/contract';
import { uuidOf } from '@card-gateway/core';
import { createRandom, type ProviderName } from '@card-gateway/sandbox';
import { runSync } from '../../src/jobs/sync.ts';
import { address, type CanaryGateway, sumsubShareToken } from './canaries.ts';
import { cardMaker, secretsOf } from './cards.ts';
import { cardOrder, smsCode } from './orders.ts';
import type { RawAnswer } from './send.ts';
import { until } from './until.ts';

/** One call that asks a provider, with all its secrets. */
export interface Act {
  readonly id: OperationId;
  readonly provider: ProviderName;
  /** The provider's own word for it, by which faults are scripted. */
  readonly word: string;
  /** Makes what it needs, so that `send` asks the provider this one thing. */
  readonly prepare: () => Promise<ReadyAct>;
}

export interface ReadyAct {
  /** Values that the provider's text may repeat, because it was sent them or knows them. */
  readonly told: readonly string[];
  readonly send: () => Promise<RawAnswer>;
}

const user = 'customer';
const fullWidth = (digits: string): string =>
  digits.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
const grouped = (digits: string): string => digits.replaceAll(/\d{4}(?=\d)/g, '$& ');
const purpose = { purpose: 'the holder asked for it, ticket 4711' };

/** Every call of the API that asks a provider. */
export async function canaryActs(canary: CanaryGateway): Promise<readonly Act[]> {
  const { gateway, plant, unique, secretCard, call, callReveal, read } = canary;
  const { client, sandbox } = gateway;
  const { admin } = sandbox;
  const cards = await cardMaker(gateway);
  const order = await cardOrder(gateway, 'keysecure', sumsubShareToken);
  const keysecureKey = sandbox.credentials.keysecure[0]?.apiKey ?? '';

  /** A KeySecure card whose number and security code are canaries. */
  const issued = async (form: 'virtual' | 'physical', status?: 'Activated' | 'Frozen') => {
    const { id, providerRef } = await cards.made(form, status);
    const { pan, cvv } = secretsOf(gateway, id);
    plant('card number', pan);
    plant('security code', cvv);
    return { id, pan, cvv, ref: String(providerRef), told: [`card ${pan} (${grouped(pan)}) has "cvv":"${cvv}"`] };
  };
  const started = async (card = secretCard()) => {
    const body = { account: 'yixin', user: `user-${unique()}`, purpose: 'loan', ...card };
    const answer = await call({ path: '/v1/bindings', body });
    const code = smsCode(gateway, card.phone);
    if (code !== '') plant('SMS code', code);
    return { answer, code, user: body.user };
  };
  /** A token of Onerway, as a binding. */
  const boundToken = async () => {
    const holder = `${user}-${unique()}`;
    admin.onerway.seedTokens({ merchantCustId: holder, tokens: [{}] });
    const token = admin.onerway.tokens().find(({ merchantCustId }) => merchantCustId === holder)?.token.tokenId ?? '';
    plant('payment token', token);
    const query = { account: 'onerway', user: holder, kind: 'token', refresh: true } as const;
    const { data } = await client.listBindings({ query });
    return { id: data[0]?.id ?? '', holder, token };
  };
  /** A card of OPEN-API that the gateway knows, whose secrets are canaries. */
  const listed = async () => {
    const { id } = await client.startSync({ body: { account: 'open-api' } });
    // Even if the job queue does not run.
    await runSync(gateway.services, uuidOf('sync', id), { isLastAttempt: true, signal: new AbortController().signal });
    await until(
      () => client.getSync({ params: { id } }),
      ({ status }) => status === 'succeeded',
    );
    const { data } = await client.listCards({ query: { account: 'open-api', limit: 1 } });
    const known = admin.openApi.cards().find(({ card_id }) => card_id === data[0]?.providerRef);
    const cvv = plant('security code', `9071${unique().padStart(5, '0')}`);
    if (known !== undefined) admin.openApi.updateCard(known.card_id, { cvv });
    const pan = plant('card number', known?.card_no ?? '');
    return { id: data[0]?.id ?? '', pan, told: [`${pan} / ${grouped(pan)} / ${cvv}`] };
  };
  const openApiCard = await listed();
  const consumed = async () => {
    const card = await issued('virtual');
    const phone = plant('phone', `0${createRandom(Number(unique())).digits(11)}`);
    admin.keysecure.seedConsumptions({
      cardNo: card.ref,
      consumptions: [{ type: 'Consumption', amount: '12.50', remark: `call ${phone} about card ${grouped(card.pan)}` }],
    });
    return { ...card, path: `/v1/cards/${card.id}/transactions?refresh=true` };
  };
  const cardAct = (
    id: OperationId,
    word: string,
    status: 'Activated' | 'Frozen' | undefined,
    form: 'virtual' | 'physical',
  ): Act => ({
    id,
    provider: 'keysecure',
    word,
    prepare: async () => {
      const card = await issued(form, status);
      const bodies: Partial<Record<OperationId, () => unknown>> = {
        activateCard: () => ({ cvv: card.cvv, last4: card.pan.slice(-4) }),
        setCardPin: () => ({ pin: plant('PIN', pins[Number(unique()) % pins.length] ?? '') }),
      };
      const body = bodies[id]?.();
      const pin = (body as { pin?: string } | undefined)?.pin;
      const path = `/v1/cards/${card.id}/${id === 'setCardPin' ? 'pin' : id.replace('Card', '')}`;
      return {
        told: pin === undefined ? card.told : [`PIN ${pin} of ${card.pan}`],
        send: () => call({ path, ...(body !== undefined && { body }) }),
      };
    },
  });

  return [
    {
      id: 'createCardholder',
      provider: 'keysecure',
      word: 'cardholder/apply',
      prepare: async () => ({
        told: [`share token ${sumsubShareToken} is not known`, `no merchant has the key ${keysecureKey}`],
        send: () => {
          const body = { account: 'keysecure', reference: `holder-of-${unique()}`, sumsubShareToken };
          return call({ path: '/v1/cardholders', body });
        },
      }),
    },
    {
      id: 'reapplyCardholder',
      provider: 'keysecure',
      word: 'cardholder/apply',
      prepare: async () => {
        const body = { account: 'keysecure', reference: `rejected-${unique()}`, sumsubShareToken };
        const { id, providerRef } = await client.createCardholder({ body });
        admin.keysecure.updateCardholder(String(providerRef), { status: 'Rejected' });
        await client.getCardholder({ params: { id }, query: { refresh: true } });
        return {
          told: [`share token ${sumsubShareToken} is not known`],
          send: () => call({ path: `/v1/cardholders/${id}/applications`, body: { sumsubShareToken } }),
        };
      },
    },
    {
      id: 'issueCard',
      provider: 'keysecure',
      word: 'card/apply',
      prepare: async () => ({
        told: [
          `${address.firstName} ${address.lastName} is not known at ${address.line1}, ${address.line2}`,
          `no post to ${address.postalCode} ${address.city} ${address.state}, call +44 ${address.phone}`,
          `${address.lastName}:${address.phone}:${address.line1}:${keysecureKey}`,
        ],
        send: () => call({ path: '/v1/cards', body: { ...order, address } }),
      }),
    },
    cardAct('activateCard', 'card/active', undefined, 'physical'),
    cardAct('setCardPin', 'card/pin/set', 'Activated', 'physical'),
    cardAct('freezeCard', 'card/status/update', 'Activated', 'virtual'),
    cardAct('unfreezeCard', 'card/status/update', 'Frozen', 'virtual'),
    cardAct('cancelCard', 'card/status/update', 'Activated', 'virtual'),
    {
      id: 'createTransfer',
      provider: 'keysecure',
      word: 'account/transfer',
      prepare: async () => ({
        told: [`no merchant has the key ${keysecureKey}`],
        send: () => {
          const amount = { amount: '1.00', currency: 'TUSDT' };
          const body = { account: 'keysecure', cardholder: order.cardholder, direction: 'in', amount };
          return call({ path: '/v1/transfers', body });
        },
      }),
    },
    {
      id: 'startBinding',
      provider: 'yixin',
      word: 'bindCard',
      prepare: async () => {
        const card = secretCard();
        const { cardNumber, phone } = card;
        const local = `${phone.slice(0, 3)}-${phone.slice(3, 7)}-${phone.slice(7)}`;
        return {
          told: [
            `卡号 ${cardNumber} 手机 ${phone}`,
            `card ${grouped(cardNumber)} phone +86 ${local}`,
            `card ${grouped(cardNumber).replaceAll(' ', '.')} phone ${fullWidth(phone)} or ${Buffer.from(phone).toString('base64')}`,
          ],
          send: async () => (await started(card)).answer,
        };
      },
    },
    {
      id: 'verifyBinding',
      provider: 'yixin',
      word: 'verifyCode',
      prepare: async () => {
        const { answer, code } = await started();
        const inGroups = `${code.slice(0, 3)} ${code.slice(3)}`;
        return {
          told: [`code ${code} is wrong`, `code ${inGroups} is wrong`, `code:${code}.`],
          send: () => call({ path: `/v1/bindings/${answer.body.id ?? ''}/verify`, body: { code } }),
        };
      },
    },
    {
      id: 'removeBinding',
      provider: 'onerway',
      word: 'deleteToken',
      prepare: async () => {
        const { id, token } = await boundToken();
        return { told: [`token ${token} stays`], send: () => call({ method: 'DELETE', path: `/v1/bindings/${id}` }) };
      },
    },
    {
      id: 'revealCard',
      provider: 'keysecure',
      word: 'card/private/info',
      prepare: async () => {
        const { id, told } = await issued('virtual');
        return { told, send: () => callReveal({ path: `/v1/cards/${id}/reveal`, body: purpose }) };
      },
    },
    {
      id: 'revealCard',
      provider: 'open-api',
      word: 'cardList',
      prepare: async () => ({
        told: openApiCard.told,
        send: () => callReveal({ path: `/v1/cards/${openApiCard.id}/reveal`, body: purpose }),
      }),
    },
    {
      id: 'createFrameToken',
      provider: 'keysecure',
      word: 'merchant/client/token',
      prepare: async () => {
        const { id, told } = await issued('virtual');
        const send = async (): Promise<RawAnswer> => {
          const answer = await callReveal({ path: `/v1/cards/${id}/frame-tokens`, body: purpose });
          if (answer.status === 200) plant('frame token', String(answer.body['token']));
          return answer;
        };
        return { told, send };
      },
    },
    {
      id: 'getCard',
      provider: 'keysecure',
      word: 'card/detail',
      prepare: async () => {
        const { id, told } = await issued('virtual');
        return { told, send: () => read(`/v1/cards/${id}?refresh=true`) };
      },
    },
    {
      id: 'listCardTransactions',
      provider: 'keysecure',
      word: 'card/consume/list',
      prepare: async () => {
        const { path, told } = await consumed();
        return { told, send: () => read(path) };
      },
    },
    {
      id: 'getTransaction',
      provider: 'keysecure',
      word: 'card/consume/info',
      prepare: async () => {
        const { path, told } = await consumed();
        const [first] = (await read(path)).body['data'] as { id: string }[];
        return { told, send: () => read(`/v1/transactions/${first?.id ?? ''}?refresh=true`) };
      },
    },
    {
      id: 'getBalances',
      provider: 'keysecure',
      word: 'account/info',
      prepare: async () => ({
        told: [`no merchant has the key ${keysecureKey}`],
        send: () => read(`/v1/cardholders/${order.cardholder}/balances`),
      }),
    },
    {
      id: 'getCardholder',
      provider: 'keysecure',
      word: 'cardholder/info',
      prepare: async () => ({
        told: [`holder of ${grouped(openApiCard.pan)}, phone ${address.phone}`],
        send: () => read(`/v1/cardholders/${order.cardholder}?refresh=true`),
      }),
    },
    {
      id: 'getWalletTransaction',
      provider: 'open-api',
      word: 'transactionDetail',
      prepare: async () => ({
        told: [`no customer has the key ${sandbox.credentials.openApi.key}`],
        send: () => read('/v1/wallet-transactions?account=open-api&transaction=T1'),
      }),
    },
    {
      id: 'listCardProducts',
      provider: 'open-api',
      word: 'binList',
      prepare: async () => ({
        told: openApiCard.told,
        send: () => read('/v1/card-products?account=open-api&refresh=true'),
      }),
    },
    {
      id: 'listBindings',
      provider: 'onerway',
      word: 'queryTokenList',
      prepare: async () => {
        const { holder, token } = await boundToken();
        return {
          told: [`token ${token}`],
          send: () => read(`/v1/bindings?account=onerway&user=${holder}&refresh=true`),
        };
      },
    },
    {
      id: 'checkBinding',
      provider: 'yixin',
      word: 'needCardSign',
      prepare: async () => {
        const { cardNumber } = secretCard();
        const body = { account: 'yixin', user: `user-${unique()}`, cardNumber };
        return { told: [`card ${grouped(cardNumber)}`], send: () => call({ path: '/v1/binding-checks', body }) };
      },
    },
    {
      id: 'listBanks',
      provider: 'yixin',
      word: 'bankList',
      prepare: async () => ({ told: [], send: () => read(`/v1/banks?account=yixin&user=${user}`) }),
    },
    {
      id: 'lookUpIssuer',
      provider: 'yixin',
      word: 'cardBank',
      prepare: async () => {
        const { cardNumber } = secretCard();
        const body = { account: 'yixin', cardNumber };
        return { told: [`card ${cardNumber}`], send: () => call({ path: '/v1/issuer-lookups', body }) };
      },
    },
  ];
}

/** PINs that no rule forbids: six digits that neither count up or down nor repeat. */
const pins = ['258036', '704915', '936147', '815062', '370591', '629407', '148360', '591837'];
