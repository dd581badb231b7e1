/** keysecure.md §6.18; `delisted` and `needsAddress` are the sandbox's own and never on the wire. */
export interface KeysecurePackage {
  package_no: string;
  package_en_name: string;
  package_cn_name: string;
  card_bin: string;
  card_bin_no: string;
  organization: string;
  package_type: 'Virtual' | 'Physical';
  /** Orders for it are refused, and the list omits it. */
  delisted?: boolean | undefined;
  /** §6.5: some virtual products require the address too. */
  needsAddress?: boolean | undefined;
}

/** keysecure.md §6.19. A delisted one supports neither form. */
export interface KeysecureBin {
  card_bin_no: string;
  card_bin: string;
  organization: string;
  support_physical: boolean;
  support_virtual: boolean;
  currencies: string[];
}

export const limits = {
  limit_balance: '10000.00',
  limit_week_balance: '50000.00',
  limit_atm_day_balance: '1000.00',
  limit_atm_month_balance: '5000.00',
};

/** `consume_cancle_fee` is the provider's own spelling (§12.12). */
export const feeDetail: Record<string, unknown> = {
  consume_rate: '0.01',
  open_cost: '5.00',
  cross_consume_rate: '0.015',
  small_consume_threshold: '1.00',
  small_consume_deduct: '0.10',
  free_small_consume_count: 3,
  free_small_excuse_type: 'Day',
  free_small_excuse_days: 30,
  refund_rate: '0',
  consume_cancle_fee: '0.20',
  consume_cancel_threshold: '10.00',
  decline_fee: '0.30',
  decline_fee_free_count: 5,
  decline_fee_free_type: 'Forever',
  decline_fee_free_days: 0,
  atm_rate: '0.02',
  atm_min_fee: '2.00',
  apple_pay_fee: '0',
  manage_fee_type: 'Month',
  manage_fee: '1.00',
  management_fee_free_type: 'None',
  free_management_fee_threshold: '0',
};

export const defaultPackages: KeysecurePackage[] = [
  {
    package_no: 'PKG2026000001',
    package_en_name: 'Sandbox Virtual',
    package_cn_name: '沙箱虚拟卡',
    card_bin: '428801',
    card_bin_no: 'BIN2026000001',
    organization: 'VISA',
    package_type: 'Virtual',
  },
  {
    package_no: 'PKG2026000002',
    package_en_name: 'Sandbox Physical',
    package_cn_name: '沙箱实体卡',
    card_bin: '537702',
    card_bin_no: 'BIN2026000002',
    organization: 'MASTERCARD',
    package_type: 'Physical',
  },
  {
    package_no: 'PKG2026000003',
    package_en_name: 'Sandbox Virtual with address',
    package_cn_name: '沙箱虚拟卡（需地址）',
    card_bin: '428803',
    card_bin_no: 'BIN2026000003',
    organization: 'VISA',
    package_type: 'Virtual',
    needsAddress: true,
  },
  {
    package_no: 'PKG2026000004',
    package_en_name: 'Sandbox delisted',
    package_cn_name: '沙箱下架',
    card_bin: '428804',
    card_bin_no: 'BIN2026000004',
    organization: 'VISA',
    package_type: 'Virtual',
    delisted: true,
  },
];

export const defaultBins: KeysecureBin[] = [
  {
    card_bin_no: 'BIN2026000001',
    card_bin: '428801',
    organization: 'VISA',
    support_physical: true,
    support_virtual: true,
    currencies: ['USD'],
  },
  {
    card_bin_no: 'BIN2026000002',
    card_bin: '537702',
    organization: 'MASTERCARD',
    support_physical: true,
    support_virtual: false,
    currencies: ['USD', 'EUR'],
  },
  {
    card_bin_no: 'BIN2026000003',
    card_bin: '428803',
    organization: 'VISA',
    support_physical: false,
    support_virtual: false,
    currencies: ['USD'],
  },
];
