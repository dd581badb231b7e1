import { type ListedCall, listedCalls } from '@card-gateway/adapter-kit';
import type { OpenApiSettings } from './settings.ts';

export const pathNotPublished =
  'The documents name this operation by its title only; its path is not published, and a wrong guess spends money.';

export const walletPathMissing =
  'Its request and answer are published, its path is not: set walletTransactionPath once the provider has told it.';

const { used, unused } = listedCalls<OpenApiSettings>();

function titleOnly(name: string, title: string): ListedCall<OpenApiSettings> {
  return unused(name, title, '§6', pathNotPublished);
}

/** All 39 operations of the navigation tree (open-api-issuer.md §6). */
export const documentedCalls: readonly ListedCall<OpenApiSettings>[] = [
  titleOnly('Wallet · 钱包列表', 'Wallet list'),
  titleOnly('Wallet · 钱包详情', 'Wallet detail'),
  titleOnly('Wallet · 交易流水列表', 'Wallet ledger'),
  used('Wallet · 交易详情', 'Wallet transaction detail', '§3.1', {
    setting: 'walletTransactionPath',
    reason: walletPathMissing,
  }),
  titleOnly('Wallet · 获取兑换汇率', 'Exchange rate'),
  used('card/bin/binList', 'BIN list', '§2.1'),
  titleOnly('Bin · 卡Bin详情', 'BIN detail'),
  titleOnly('Bin · 卡Bin费用', 'BIN fees'),
  titleOnly('Bin · 卡Bin限制', 'BIN limits'),
  used('card/cardList', 'Card list', '§2.2'),
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
];
