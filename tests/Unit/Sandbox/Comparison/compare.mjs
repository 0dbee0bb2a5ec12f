// Random policy documents and requests, with the verdict of an evaluator that nobody here wrote: one JSON object a line, for PolicyComparison.cs.
//   mkdir /tmp/evaluator && npm install --prefix /tmp/evaluator @cloud-copilot/iam-simulate
//   node compare.mjs /tmp/evaluator 12000 1 > /tmp/cases.jsonl
//   POLICY_CASES=/tmp/cases.jsonl dotnet <unit tests> -class '*PolicyComparison'
// The evaluator is licensed under the AGPL: developers run it for themselves, in a folder of their own. It is neither shipped nor linked.
import { createRequire } from 'node:module'
import path from 'node:path'

const [folder, count, seed] = [process.argv[2], Number(process.argv[3] ?? 1000), Number(process.argv[4] ?? 1)]
const { runSimulation, anonymousPrincipal } = createRequire(path.join(folder, 'package.json'))('@cloud-copilot/iam-simulate')

let state = seed >>> 0
const random = () => {
  state = (state + 0x6d2b79f5) >>> 0
  let t = state
  t = Math.imul(t ^ (t >>> 15), t | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
const chance = share => random() < share
const one = list => list[Math.floor(random() * list.length)]
const some = (list, most) => Array.from({ length: 1 + Math.floor(random() * most) }, () => one(list))

const account = '444455556666'
const callers = {
  user: `arn:aws:iam::${account}:user/alice`,
  session: `arn:aws:sts::${account}:assumed-role/drive/drv1`,
  otherUser: 'arn:aws:iam::111122223333:user/bob',
  otherSession: 'arn:aws:sts::111122223333:assumed-role/worker/w1',
  anonymous: anonymousPrincipal,
}
const requests = [
  ['s3:GetObject', 'arn:aws:s3:::acme/claims/alice/a.txt'], ['s3:PutObject', 'arn:aws:s3:::acme/claims/bob/b.txt'], ['s3:DeleteObject', 'arn:aws:s3:::acme/claims/x'],
  ['s3:GetObject', 'arn:aws:s3:::acme/public/a*b.txt'], ['s3:ListBucket', 'arn:aws:s3:::acme'], ['s3:GetBucketLocation', 'arn:aws:s3:::acme'],
]
const actions = ['s3:*', 's3:Get*', 's3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket', 's3:List*', 's3:g?tobject', '*', 's3:*Object', 'S3:GetBucketLocation', 'kms:*']
const resources = [
  '*', 'arn:aws:s3:::acme', 'arn:aws:s3:::acme/*', 'arn:aws:s3:::acme*', 'arn:aws:s3:::acme/claims/*', 'arn:aws:s3:::acme/claims/${aws:username}/*', 'arn:aws:s3:::acme/claims/?/*',
  'arn:aws:s3:::acme/public/a${*}b.txt', 'arn:aws:s3:::acme/${aws:PrincipalTag/area}/*', "arn:aws:s3:::acme/${aws:PrincipalTag/area, 'claims'}/*", 'arn:*:s3:::acme/*', 'arn:aws:s3:::other/*',
]
const bucketResources = resources.filter(resource => !resource.startsWith('arn:aws:s3:::other') && !resource.startsWith('arn:*'))
const principals = [
  '*', { AWS: '*' }, { AWS: account }, { AWS: `arn:aws:iam::${account}:root` }, { AWS: callers.user }, { AWS: `arn:aws:iam::${account}:role/drive` }, { AWS: callers.session },
  { AWS: callers.otherUser }, { AWS: '111122223333' }, { AWS: 'arn:aws:iam::111122223333:role/worker' }, { AWS: callers.otherSession }, { AWS: [callers.user, callers.otherUser] },
]
const values = {
  'aws:SourceIp': ['203.0.113.7', '203.0.113.0/24', '10.0.0.0/8', '198.51.100.1', '2001:db8::/32', '2001:db8::1'],
  'aws:SecureTransport': ['true', 'false'],
  'aws:CurrentTime': ['2026-01-31T12:30:00Z', '2026-01-31T00:00:00Z', '2027-01-01T00:00:00Z', '2020-06-01'],
  'aws:UserAgent': ['aws-cli/2.9', 'AWS-CLI/2.9', 'aws-cli/*', 'a?s-cli/*', 'browser'],
  'aws:referer': ['https://example.com/a', 'https://example.com/*', '*'],
  'aws:PrincipalTag/area': ['claims', 'Claims', 'public', 'cl*', '${aws:username}'],
  'aws:PrincipalOrgID': ['o-1234567890', 'o-0987654321', 'o-*'],
  'aws:PrincipalOrgPaths': ['o-1/r-1/ou-1/', 'o-1/r-1/ou-2/', 'o-1/*', 'o-2/r-1/ou-1/'],
  'aws:MultiFactorAuthAge': ['10', '300', '3600', '10.0'],
  'aws:SourceArn': ['arn:aws:sns:us-east-1:444455556666:topic', 'arn:aws:sns:*:444455556666:*', 'arn:aws:sns:us-east-1:111122223333:topic', 'arn:aws:sns:us-east-?:444455556666:t*'],
}
const operators = {
  'aws:SourceIp': ['IpAddress', 'NotIpAddress'],
  'aws:SecureTransport': ['Bool'],
  'aws:CurrentTime': ['DateEquals', 'DateNotEquals', 'DateLessThan', 'DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals'],
  'aws:MultiFactorAuthAge': ['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals', 'NumericGreaterThan', 'NumericGreaterThanEquals'],
  'aws:SourceArn': ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike', 'StringLike'],
}
const ofTexts = ['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike', 'StringNotLike']
const many = ['aws:PrincipalOrgPaths']
// What a request says is concrete; patterns and ranges are for policies.
const concrete = key => values[key].filter(value => !/[*?$]|\/\d+$/.test(value) && !(key === 'aws:CurrentTime' && !value.includes('T')))

const condition = () => {
  const result = {}
  for (let i = 0; i < 1 + Math.floor(random() * 2); i++) {
    const key = one(Object.keys(values))
    let operator = chance(0.08) ? 'Null' : one(operators[key] ?? ofTexts)
    const wanted = operator === 'Null' ? one(['true', 'false']) : chance(0.6) ? one(values[key]) : some(values[key], 3)
    if (operator !== 'Null') {
      if (many.includes(key) || chance(0.05)) operator = `${one(['ForAnyValue', 'ForAllValues'])}:${operator}`
      if (chance(0.2)) operator += 'IfExists'
    }
    result[operator] = { ...result[operator], [key]: wanted }
  }
  return result
}
const statement = (inBucket, allowShare) => ({
  Effect: chance(allowShare) ? 'Allow' : 'Deny',
  ...(inBucket ? (chance(0.9) ? { Principal: one(principals) } : { Principal: '*' }) : {}),
  [chance(0.88) ? 'Action' : 'NotAction']: chance(0.5) ? one(actions) : some(actions, 3),
  [chance(0.88) ? 'Resource' : 'NotResource']: chance(0.6) ? one(inBucket ? bucketResources : resources) : some(inBucket ? bucketResources : resources, 3),
  ...(chance(0.5) ? { Condition: condition() } : {}),
})
const document = (inBucket, allowShare = 0.75) => ({ Version: chance(0.9) ? '2012-10-17' : '2008-10-17', Statement: Array.from({ length: 1 + Math.floor(random() * 3) }, () => statement(inBucket, allowShare)) })

for (let number = 0; number < count; number++) {
  const who = one(Object.keys(callers))
  const [action, resource] = one(requests)
  const keys = {}
  for (const key of Object.keys(values)) if (chance(0.6)) keys[key] = many.includes(key) ? some(concrete(key), 2) : one(concrete(key))
  if (who === 'user' && chance(0.9)) keys['aws:username'] = 'alice'
  const known = who !== 'anonymous'
  const test = {
    number, who, action, resource, keys,
    identity: known ? Array.from({ length: Math.floor(random() * 3) }, () => document(false)) : [],
    policy: chance(0.7) ? document(true) : null,
    boundary: known && chance(0.25) ? document(false, 0.9) : null,
    session: who.endsWith('ession') && chance(0.4) ? document(false, 0.9) : null,
  }
  const answer = await runSimulation({
    request: { principal: callers[who], action, resource: { resource, accountId: account }, contextVariables: keys },
    identityPolicies: test.identity.map((policy, i) => ({ name: `p${i}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: test.policy ?? undefined,
    permissionBoundaryPolicies: test.boundary ? [{ name: 'boundary', policy: test.boundary }] : undefined,
    sessionPolicy: test.session ?? undefined,
  }, {})
  const verdict = answer.overallResult ?? answer.analysis?.result
  if (!verdict) throw new Error(`${number}: ${JSON.stringify(answer).slice(0, 2000)} ${JSON.stringify(test)}`)
  console.log(JSON.stringify({ ...test, allowed: verdict === 'Allowed' }))
}
