import { numbersOf, optionalText, pageOf, type Call } from './call.ts';
import { feeDetail, type KeysecurePackage, limits } from './catalogue.ts';

export function packageList(call: Call): unknown {
  const type = optionalText(call, 'type');
  const packageNo = optionalText(call, 'package_no');
  const found = call.world.state.packages.filter(
    (one) =>
      one.delisted !== true &&
      (type === undefined || one.package_type === type) &&
      (packageNo === undefined || one.package_no === packageNo),
  );
  const { list } = pageOf(numbersOf(call), found);
  return { list: list.map(packageOnWire) };
}

function packageOnWire({ delisted: _delisted, needsAddress: _needsAddress, ...listed }: KeysecurePackage): object {
  return {
    ...listed,
    en_desc: 'Sandbox product',
    cn_desc: '沙箱产品',
    en_tag_list: ['sandbox'],
    cn_tag_list: ['沙箱'],
    consumption_limit: limits,
    fee_detail: feeDetail,
  };
}

export function supportBins(call: Call): unknown {
  const binNo = optionalText(call, 'card_bin_no');
  const found = call.world.state.bins.filter((bin) => binNo === undefined || bin.card_bin_no === binNo);
  const { list } = pageOf(numbersOf(call), found);
  return { list: list.map((bin) => Object.assign({ balance_limit: limits }, bin)) };
}
