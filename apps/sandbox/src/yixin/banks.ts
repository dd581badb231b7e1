/** yixin.md §5: the 15 known codes with the sample's limits. The four leading digits are the sandbox's own choice. */
export interface YixinBank {
  bankCode: string;
  bankName: string;
  timesLimit: number;
  dayLimit: number;
  prefix: string;
}

const rows: [string, string, number, number, string][] = [
  ['ABC', '农业银行', 500_000, 5_000_000, '6228'],
  ['BOC', '中国银行', 5_000_000, 5_000_000, '6216'],
  ['CCB', '建设银行', 5_000_000, 20_000_000, '6217'],
  ['CEB', '光大银行', 1_000_000, 5_000_000, '6214'],
  ['CIB', '兴业银行', 5_000_000, 5_000_000, '6229'],
  ['ECITIC', '中信银行', 500_000, 2_000_000, '6219'],
  ['CMB', '招商银行', 5_000_000, 20_000_000, '6225'],
  ['CMBC', '民生银行', 5_000_000, 5_000_000, '6226'],
  ['BOCOM', '交通银行', 1_000_000, 10_000_000, '6222'],
  ['CGB', '广发银行', 5_000_000, 20_000_000, '6215'],
  ['ICBC', '工商银行', 5_000_000, 5_000_000, '6212'],
  ['PSBC', '邮储银行', 500_000, 500_000, '6221'],
  ['SPDB', '浦发银行', 5_000_000, 20_000_000, '6218'],
  ['PAB', '平安银行', 5_000_000, 10_000_000, '6230'],
  ['HXB', '华夏银行', 500_000, 5_000_000, '6223'],
];

export const banks: YixinBank[] = rows.map(([bankCode, bankName, timesLimit, dayLimit, prefix]) => ({
  bankCode,
  bankName,
  timesLimit,
  dayLimit,
  prefix,
}));

export function bankOf(cardNo: string): YixinBank | undefined {
  return banks.find((bank) => cardNo.startsWith(bank.prefix));
}
