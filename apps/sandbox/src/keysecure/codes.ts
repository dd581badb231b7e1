type Texts = readonly [english: string, chinese: string];

/** keysecure.md §10. The texts are this file's own; the codes are the provider's, except for the last block. */
const table: Record<number, Texts> = {
  1001: ['System error, try later', '系统异常，请稍后再试'],
  1002: ['Api-Key missing', 'Api-Key 不能为空'],
  1003: ['IP address not allowed', 'IP 地址不允许'],
  1004: ['Invalid parameter', '参数错误'],
  1005: ['Timestamp invalid or expired', '时间戳无效或已过期'],
  1006: ['Access-Token missing', 'Access-Token 不能为空'],
  1007: ['Access-Token invalid or expired', 'Access-Token 无效或已过期'],
  1008: ['Api-Key unknown', 'Api-Key 不存在'],
  1009: ['Too many requests', '请求过于频繁'],
  1010: ['Api-Key not enabled', 'Api-Key 未启用'],
  1011: ['Api-Key expired', 'Api-Key 已过期'],
  1012: ['Integration mode does not support this call', '接入模式不支持'],
  1013: ['PCI sensitive display not enabled', '未开通 PCI 敏感信息展示'],
  1019: ['End time before start time', '结束时间早于开始时间'],
  1020: ['Query range too long', '查询时间范围过长'],
  1021: ['Merchant does not exist', '商户不存在'],
  1022: ['Merchant status abnormal', '商户状态异常'],
  2001: ['Cardholder exists already', '持卡人已存在'],
  2002: ['Cardholder not found', '持卡人不存在'],
  2003: ['Cardholder already verified', '持卡人已认证'],
  2004: ['Verification pending', '认证中'],
  2005: ['Verification failed', '认证失败'],
  2006: ['KYC data could not be fetched', '获取 KYC 数据失败'],
  2007: [
    'only English letters, numbers, spaces or common address punctuation',
    '只能包含英文字母、数字、空格或常用地址标点',
  ],
  4005: ['Card status does not allow it', '卡状态不支持'],
  4016: ['PIN rule violated', 'PIN 不符合规则'],
  4017: ['Virtual card not supported', '虚拟卡不支持'],
  // [ASSUMED] no document says how these are refused (§5, §13): numbers chosen here, far from the published ones.
  3901: ['Balance too low', '余额不足'],
  3902: ['transfer_unique_no already used', 'transfer_unique_no 已存在'],
  4901: ['card_unique_no already used', 'card_unique_no 已存在'],
  4902: ['Card not found', '卡不存在'],
  4903: ['Transaction not found', '交易不存在'],
};

export const unlistedCode = 9999;

/** `detail` replaces the text; parameter errors begin with the field's snake_case name (§3). */
export class Refused extends Error {
  readonly code: number;
  readonly detail: string | undefined;
  constructor(code: number, detail?: string) {
    super(detail ?? messageOf(code, 'en_US'));
    this.code = code;
    this.detail = detail;
  }
}

export function messageOf(code: number, language: unknown): string {
  const texts = table[code] ?? ['Failed', '失败'];
  return language === 'zh_CN' ? texts[1] : texts[0];
}
