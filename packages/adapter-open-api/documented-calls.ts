import { callsOf } from '@card-gateway/adapter-kit';
import type { DocumentedCall } from '@card-gateway/core';
import type { OpenApiSettings } from './settings.ts';

export const pathNotPublished =
  'The documents name this operation by its title only; its path is not published, and a wrong guess spends money.';

const { documented, needsSettings, absent } = callsOf('open-api-issuer.md');

function titleOnly(name: string, title: string): DocumentedCall {
  return absent(name, title, '§6', pathNotPublished);
}

function walletDetail({ walletTransactionPath: path }: OpenApiSettings): DocumentedCall {
  const call = ['Wallet · 交易详情', 'Wallet transaction detail', '§3.1'] as const;
  return path === undefined ? needsSettings(...call, walletPathMissing) : documented(...call);
}

export const walletPathMissing =
  'Its request and answer are published, its path is not: set walletTransactionPath once the provider has told it.';

function notification(name: string, title: string): DocumentedCall {
  const reason = 'The documents name this notification by its title only: its fields are not published.';
  return absent(name, title, '§5.2', reason);
}

/** All 39 operations of the navigation tree (open-api-issuer.md §6) and the six notifications (§5). */
export function documentedCalls(settings: OpenApiSettings): readonly DocumentedCall[] {
  return [
    titleOnly('Wallet · 钱包列表', 'Wallet list'),
    titleOnly('Wallet · 钱包详情', 'Wallet detail'),
    titleOnly('Wallet · 交易流水列表', 'Wallet ledger'),
    walletDetail(settings),
    titleOnly('Wallet · 获取兑换汇率', 'Exchange rate'),
    documented('card/bin/binList', 'BIN list', '§2.1'),
    titleOnly('Bin · 卡Bin详情', 'BIN detail'),
    titleOnly('Bin · 卡Bin费用', 'BIN fees'),
    titleOnly('Bin · 卡Bin限制', 'BIN limits'),
    documented('card/cardList', 'Card list', '§2.2'),
    titleOnly('Card · 卡详情', 'Card detail'),
    titleOnly('Card · 卡激活', 'Activate a card'),
    titleOnly('Card · 卡冻结', 'Freeze a card'),
    titleOnly('Card · 卡解冻', 'Unfreeze a card'),
    titleOnly('Card · 发起销卡', 'Initiate cancellation'),
    titleOnly('Card · 卡交易列表', 'Card transactions'),
    titleOnly('Card · 商户交易评分', 'Merchant transaction score'),
    titleOnly('Order · 开卡', 'Open a card'),
    titleOnly('Order · 卡充值', 'Load a card'),
    titleOnly('Order · 订单列表', 'Order list'),
    titleOnly('Order · 订单详情', 'Order detail'),
    titleOnly('Holder · 列表', 'Cardholder list'),
    titleOnly('Holder · 创建', 'Create a cardholder'),
    titleOnly('Holder · 编辑', 'Edit a cardholder'),
    titleOnly('Holder · 详情', 'Cardholder detail'),
    titleOnly('Holder · 删除', 'Delete a cardholder'),
    titleOnly('PayMethod · 付款方式', 'Payment methods'),
    titleOnly('Payee · 运营资金来源列表', 'Sources of funds'),
    titleOnly('Payee · 预期付款目的列表', 'Expected purposes'),
    titleOnly('Payee · 创建', 'Create a payee'),
    titleOnly('Payee · 编辑', 'Edit a payee'),
    titleOnly('Payee · 申请', 'Apply for a payee'),
    titleOnly('Payee · 删除', 'Delete a payee'),
    titleOnly('Payee · 列表', 'Payee list'),
    titleOnly('Payee · 详情', 'Payee detail'),
    titleOnly('Payment · 付款原因', 'Payment reasons'),
    titleOnly('Payment · 创建付款', 'Create a payment'),
    titleOnly('Payment · 列表', 'Payment list'),
    titleOnly('Payment · 详情', 'Payment detail'),
    documented('card.status.*', 'Notification: card status', '§5.1'),
    notification('Card Order', 'Notification: card order'),
    notification('Card Trade', 'Notification: card transaction'),
    notification('Payee Notify', 'Notification: payee'),
    notification('Payment Notify', 'Notification: payment'),
    notification('Wallet Notify', 'Notification: wallet'),
  ];
}
