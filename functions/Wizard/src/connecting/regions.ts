/** AWS's regions by their codes, as the console calls them. Others are taken as well, after a question. */
const names: Record<string, string> = {
  'us-east-1': 'US East (N. Virginia)',
  'us-east-2': 'US East (Ohio)',
  'us-west-1': 'US West (N. California)',
  'us-west-2': 'US West (Oregon)',
  'ca-central-1': 'Canada (Central)',
  'ca-west-1': 'Canada West (Calgary)',
  'mx-central-1': 'Mexico (Central)',
  'sa-east-1': 'South America (São Paulo)',
  'eu-central-1': 'Europe (Frankfurt)',
  'eu-central-2': 'Europe (Zurich)',
  'eu-north-1': 'Europe (Stockholm)',
  'eu-south-1': 'Europe (Milan)',
  'eu-south-2': 'Europe (Spain)',
  'eu-west-1': 'Europe (Ireland)',
  'eu-west-2': 'Europe (London)',
  'eu-west-3': 'Europe (Paris)',
  'ap-east-1': 'Asia Pacific (Hong Kong)',
  'ap-east-2': 'Asia Pacific (Taipei)',
  'ap-northeast-1': 'Asia Pacific (Tokyo)',
  'ap-northeast-2': 'Asia Pacific (Seoul)',
  'ap-northeast-3': 'Asia Pacific (Osaka)',
  'ap-south-1': 'Asia Pacific (Mumbai)',
  'ap-south-2': 'Asia Pacific (Hyderabad)',
  'ap-southeast-1': 'Asia Pacific (Singapore)',
  'ap-southeast-2': 'Asia Pacific (Sydney)',
  'ap-southeast-3': 'Asia Pacific (Jakarta)',
  'ap-southeast-4': 'Asia Pacific (Melbourne)',
  'ap-southeast-5': 'Asia Pacific (Malaysia)',
  'ap-southeast-6': 'Asia Pacific (New Zealand)',
  'ap-southeast-7': 'Asia Pacific (Thailand)',
  'af-south-1': 'Africa (Cape Town)',
  'il-central-1': 'Israel (Tel Aviv)',
  'me-central-1': 'Middle East (UAE)',
  'me-south-1': 'Middle East (Bahrain)',
  'us-gov-east-1': 'AWS GovCloud (US-East)',
  'us-gov-west-1': 'AWS GovCloud (US-West)',
  'cn-north-1': 'China (Beijing)',
  'cn-northwest-1': 'China (Ningxia)',
  'eusc-de-east-1': 'AWS European Sovereign Cloud (Germany)',
};

/** What S3 itself and old tools say for the two oldest. */
const oldNames: Record<string, string> = { us: 'us-east-1', 'us standard': 'us-east-1', eu: 'eu-west-1' };

export const knownRegions: readonly string[] = Object.keys(names);

export const regionName = (code: string): string | undefined => names[code];

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();

/** The code of the region that somebody means who typed its code in another spelling, its name, or its city; null where that isn't certain. */
export function regionMeant(text: string): string | null {
  const typed = plain(text);
  if (typed === '') return null;
  const code = knownRegions.find((known) => plain(known) === typed || new RegExp(`(^| )${plain(known)}[a-z]?( |$)`).test(typed));
  if (code) return code;
  if (oldNames[typed]) return oldNames[typed];
  const called = Object.entries(names).map(([known, name]) => ({
    known,
    name: plain(name),
    city: plain(/\((.+)\)/.exec(name)?.[1] ?? ''),
  }));
  const exact = called.find(({ name }) => name === typed);
  if (exact) return exact.known;
  const like = typed.length < 4 ? [] : called.filter(({ name, city }) => name.includes(typed) || (city !== '' && typed.includes(city)));
  return like.length === 1 ? like[0]!.known : null;
}
