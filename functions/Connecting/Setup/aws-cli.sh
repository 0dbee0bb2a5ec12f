case "${1:-}" in
  '') mode=apply ;;
  --dry-run | --remove) mode=${1#--} ;;
  *) fail 'Run it without an option, with --dry-run (says what it would change) or with --remove (takes out what it put in).' ;;
esac
[ -z "$CONFIRM" ] || command -v curl >/dev/null || fail 'Install curl first.'

# others: external IDs of ours, other than the one given, that a trust policy asks for: another connection's, which would break without them.
# knows: whether a trust policy asks for the one given. dead: statements that name a role or user that was deleted: S3 refuses every policy that does.
# aged: whether a policy is in the language of 2008 and has ${…}, which mean something else in the one of 2012 that ours are in.
# without: the first policy without the second's statements, a trust statement only if for the ID given; empty if none are left.
if command -v jq >/dev/null; then
  others() {
    jq -r --arg ours "$2" '[.Statement // []] | flatten | .[] | select(.Sid == "ServerlessDrives") | [.Condition.StringEquals["sts:ExternalId"] // []] | flatten
      | if index([$ours]) then empty else .[] end' "$1"
  }
  knows() { [ "$(jq -r --arg ours "$2" '[.Statement // []] | flatten | any(.Sid == "ServerlessDrives" and ([.Condition.StringEquals["sts:ExternalId"] // []] | flatten | index([$ours]) != null))' "$1")" = true ]; }
  dead() {
    jq -r '[.Statement // []] | flatten | to_entries[] | select([.value.Principal, .value.NotPrincipal] | map(if type == "object" then .AWS else empty end) | flatten
      | any(type == "string" and test("^(AROA|AIDA)[A-Z0-9]{12,}$"))) | .value.Sid // "number \(.key + 1)"' "$1"
  }
  aged() { [ "$(jq -r '(.Version // "2008-10-17") != "2012-10-17" and ([.Statement // []] | tostring | contains("${"))' "$1")" = true ]; }
  without() {
    jq -c -s --arg ours "$3" '.[0] as $present | [.[1].Statement[].Sid] as $sids | ([$present.Statement // []] | flatten
      | map(select((.Sid as $sid | $sids | index([$sid]) | not) or (.Sid == "ServerlessDrives" and ([.Condition.StringEquals["sts:ExternalId"] // []] | flatten | index([$ours]) == null))))) as $left
      | if ($left | length) == 0 then empty else $present + {Statement: $left} end' "$1" "$2"
  }
else
  cat >"$work/look.py" <<'PYTHON'
import json, re, sys
policy = json.load(open(sys.argv[2]))
statements = policy.get("Statement", [])
statements = statements if isinstance(statements, list) else [statements]
listed = lambda found: found if isinstance(found, list) else [] if found is None else [found]
asked = lambda s: listed(s.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId"))
ids = [asked(s) for s in statements if s.get("Sid") == "ServerlessDrives"]
if sys.argv[1] == "others":
    print("\n".join(i for known in ids if sys.argv[3] not in known for i in known))
elif sys.argv[1] == "knows":
    sys.exit(0 if any(sys.argv[3] in known for known in ids) else 1)
elif sys.argv[1] == "aged":
    sys.exit(0 if policy.get("Version", "2008-10-17") != "2012-10-17" and "${" in json.dumps(statements) else 1)
elif sys.argv[1] == "without":
    sids = {s["Sid"] for s in json.load(open(sys.argv[3]))["Statement"]}
    left = [s for s in statements if s.get("Sid") not in sids or (s.get("Sid") == "ServerlessDrives" and sys.argv[4] not in asked(s))]
    if left:
        policy["Statement"] = left
        json.dump(policy, sys.stdout, separators=(",", ":"))
else:
    for number, statement in enumerate(statements, 1):
        named = [p for key in ("Principal", "NotPrincipal") if isinstance(statement.get(key), dict) for p in listed(statement[key].get("AWS"))]
        if any(re.fullmatch("(AROA|AIDA)[A-Z0-9]{12,}", p) for p in named):
            print(statement.get("Sid") or "number %d" % number)
PYTHON
  others() { python3 "$work/look.py" others "$1" "$2"; }
  knows() { python3 "$work/look.py" knows "$1" "$2"; }
  dead() { python3 "$work/look.py" dead "$1"; }
  aged() { python3 "$work/look.py" aged "$1"; }
  without() { python3 "$work/look.py" without "$1" "$2" "$3"; }
fi

# Puts the role's ARN into a policy; what sed would read as its own is escaped.
for_role() { sed "s|@ROLE_ARN@|$(printf '%s' "$arn" | sed 's/[\\&|]/\\&/g')|"; }
read_bucket() {
  is_there aws s3api get-bucket-policy --region "$REGION" --bucket "$BUCKET" --query Policy --output text >"$work/present-bucket.json" || printf '{}' >"$work/present-bucket.json"
}
# Reads the bucket's policy once more, since others may have changed it meanwhile, and puts our statements into it.
merge_bucket() {
  read_bucket
  merge "$work/present-bucket.json" "$work/bucket-policy.json" >"$work/merged-bucket.json"
  aws s3api put-bucket-policy --region "$REGION" --bucket "$BUCKET" --policy "file://$work/merged-bucket.json"
}
# What can't be read is an error, unless AWS says that it isn't there.
is_there() {
  "$@" 2>"$work/error" && return
  grep -Eq 'NoSuchEntity|NoSuchBucketPolicy' "$work/error" || { cat "$work/error" >&2; exit 1; }
  return 1
}
fits() { [ "$(wc -c <"$1")" -le "$2" ] || fail "$3 would have $(wc -c <"$1") bytes, and AWS takes at most $2. Shorten it first. Nothing was changed."; }

who=$(aws sts get-caller-identity --query Arn --output text | cut -c1-200)
account=$(printf '%s' "$who" | cut -d: -f5)
[ -z "$ROLE_ACCOUNT" ] || [ "$ROLE_ACCOUNT" = "$account" ] || fail "You are signed in to the account $account, and the role $ROLE_NAME is in $ROLE_ACCOUNT. Sign in there and run this again."
arn="arn:$PARTITION:iam::$account:role$ROLE_PATH$ROLE_NAME"
if is_there aws iam get-role --role-name "$ROLE_NAME" --query '[Role.Arn,Role.AssumeRolePolicyDocument]' --output json >"$work/role.json"; then
  role=there
  if command -v jq >/dev/null; then jq -r '.[0]' "$work/role.json" >"$work/arn"; jq -c '.[1]' "$work/role.json" >"$work/present-trust.json"
  else python3 -c 'import json,sys; r = json.load(open(sys.argv[1])); print(r[0]); json.dump(r[1], open(sys.argv[2], "w"))' "$work/role.json" "$work/present-trust.json" >"$work/arn"; fi
  arn=$(cat "$work/arn")
else
  role=new
fi
trust_policy >"$work/trust-policy.json"
if [ -n "$BUCKET" ]; then
  role_policy >"$work/role-policy.json"
  bucket_policy | for_role >"$work/bucket-policy.json"
  read_bucket
fi

# Takes out what was put in, and nothing else.
take_out() {
  if [ -n "$BUCKET" ]; then
    without "$work/present-bucket.json" "$work/bucket-policy.json" '' >"$work/left.json"
    if [ -s "$work/left.json" ] && differ "$work/present-bucket.json" "$work/left.json"; then
      aws s3api put-bucket-policy --region "$REGION" --bucket "$BUCKET" --policy "file://$work/left.json"
      say "Our statements are out of the policy of the bucket $BUCKET."
    elif [ ! -s "$work/left.json" ] && differ "$work/present-bucket.json" "$work/empty.json"; then
      aws s3api delete-bucket-policy --region "$REGION" --bucket "$BUCKET"
      say "The bucket $BUCKET had no policy but ours, which is deleted."
    else
      say "The policy of the bucket $BUCKET has nothing of ours."
    fi
  fi
  [ "$role" = there ] || { say "There is no role $ROLE_NAME."; return; }
  if [ -n "$BUCKET" ] && is_there aws iam get-role-policy --role-name "$ROLE_NAME" --policy-name "$ROLE_POLICY" >/dev/null; then
    aws iam delete-role-policy --role-name "$ROLE_NAME" --policy-name "$ROLE_POLICY"
    say "The role policy $ROLE_POLICY is deleted."
  fi
  named=$(aws iam list-role-policies --role-name "$ROLE_NAME" --query PolicyNames --output text)
  attached=$(aws iam list-attached-role-policies --role-name "$ROLE_NAME" --query 'AttachedPolicies[].PolicyName' --output text)
  made=$(aws iam list-role-tags --role-name "$ROLE_NAME" --query "Tags[?Key=='ServerlessDrives'].Value" --output text)
  for name in $named; do
    case "$name" in
      ServerlessDrives-*) say "The role $ROLE_NAME is kept: other drives use it ($name)."; return ;;
    esac
  done
  without "$work/present-trust.json" "$work/trust-policy.json" "$EXTERNAL_ID" >"$work/left.json"
  if [ "$made" = "$CONNECTION" ] && [ -z "$named$attached" ] && [ ! -s "$work/left.json" ]; then
    aws iam delete-role --role-name "$ROLE_NAME"
    say "The role $ROLE_NAME, which was made for this drive, is deleted."
    return
  fi
  if ! knows "$work/present-trust.json" "$EXTERNAL_ID"; then
    say "The trust policy of the role $ROLE_NAME has nothing of ours."
  elif [ -s "$work/left.json" ]; then
    aws iam update-assume-role-policy --role-name "$ROLE_NAME" --policy-document "file://$work/left.json"
    say "Our statement is out of the trust policy of the role $ROLE_NAME."
  else
    say "The role $ROLE_NAME is kept: it trusts only us, but has other policies or isn't this script's. Delete it if nothing needs it."
  fi
}
printf '{}' >"$work/empty.json"
if [ "$mode" = remove ]; then
  take_out
  say 'Done.'
  exit 0
fi

# What will be changed; nothing is changed before all of it is known to be possible.
planned=''
plan() {
  [ -n "$planned" ] || say "In the account $account, this $([ "$mode" = apply ] && echo will || echo would) be changed:"
  planned=yes
  say "  - $*"
}
if [ "$role" = there ]; then
  theirs=$(others "$work/present-trust.json" "$EXTERNAL_ID")
  [ -z "$theirs" ] || fail "The trust policy of the role $ROLE_NAME asks for another external ID of ServerlessDrives ($theirs): another connection uses this role, and would break. Nothing was changed. Choose that role in the wizard instead of a new one, or use another role."
  if knows "$work/present-trust.json" "$EXTERNAL_ID"; then
    say "The role $ROLE_NAME is there, and its trust policy is as it should be."
  else
    merge "$work/present-trust.json" "$work/trust-policy.json" >"$work/merged-trust.json"
    fits "$work/merged-trust.json" 4096 "The trust policy of the role $ROLE_NAME"
    plan "The role $ROLE_NAME is there; our statement is put into its trust policy."
    role=untrusting
  fi
else
  plan "The role $ROLE_NAME is made."
fi
grants=as-they-are
bucket=as-it-is
if [ -n "$BUCKET" ]; then
  if [ "$role" = new ] || ! is_there aws iam get-role-policy --role-name "$ROLE_NAME" --policy-name "$ROLE_POLICY" --query PolicyDocument --output json >"$work/present.json" \
    || differ "$work/present.json" "$work/role-policy.json"; then
    plan "The role policy $ROLE_POLICY is set."
    grants=set
  else
    say "The role policy $ROLE_POLICY is as it should be."
  fi
  ! aged "$work/present-bucket.json" || fail "The policy of the bucket $BUCKET isn't in the version 2012-10-17, and changing that would change what its \${…} mean. Update its version first. Nothing was changed."
  gone=$(dead "$work/present-bucket.json")
  [ -z "$gone" ] || fail "The policy of the bucket $BUCKET names a role or user that was deleted (AROA… or AIDA…), in this statement: $gone. S3 refuses every policy that does, so remove it there first. Nothing was changed."
  merge "$work/present-bucket.json" "$work/bucket-policy.json" >"$work/merged-bucket.json"
  fits "$work/merged-bucket.json" 20480 "The policy of the bucket $BUCKET"
  if differ "$work/present-bucket.json" "$work/merged-bucket.json"; then
    plan "Our statements are put into the policy of the bucket $BUCKET."
    bucket=merge
  else
    say "The policy of the bucket $BUCKET is as it should be."
  fi
fi
if [ "$mode" = dry-run ]; then
  say 'Nothing was changed, and nothing was confirmed.'
  exit 0
fi

case "$role" in
  new)
    aws iam create-role --role-name "$ROLE_NAME" --path "$ROLE_PATH" --assume-role-policy-document "file://$work/trust-policy.json" --tags "Key=ServerlessDrives,Value=$CONNECTION" >/dev/null
    aws iam wait role-exists --role-name "$ROLE_NAME" ;;
  untrusting) aws iam update-assume-role-policy --role-name "$ROLE_NAME" --policy-document "file://$work/merged-trust.json" ;;
esac
[ "$grants" = as-they-are ] || aws iam put-role-policy --role-name "$ROLE_NAME" --policy-name "$ROLE_POLICY" --policy-document "file://$work/role-policy.json"
[ "$bucket" = as-it-is ] || patiently merge_bucket
say "Its ARN: $arn"
if [ -n "$KEY_ACCOUNT" ] && [ "$KEY_ACCOUNT" != "$account" ]; then
  say 'The KMS key is in another account. Ask its owner to add this statement to the key policy:'
  key_statement | for_role
fi

# Says "applied" through the callback link; waits while the step before it is still being checked.
[ -n "$CONFIRM" ] || { say 'Done. Confirm it in the wizard.'; exit 0; }
case "$CONFIRMS" in
  bucket-policy) body="{\"confirmedBy\":\"$who\"}" ;;
  trust-policy) body="{\"confirmedBy\":\"$who\",\"roleArn\":\"$arn\"}" ;;
  *) body="{\"confirmedBy\":\"$who\",\"roleArn\":\"$arn\",\"bucketPolicyApplied\":$([ -n "$BUCKET" ] && echo true || echo false)}" ;;
esac
tries=0
while :; do
  code=$(curl -sS --max-time 30 -o "$work/answer" -w '%{http_code}' -X POST -H 'Content-Type: application/json' -d "$body" "$CONFIRM") || code=000
  case $code in
    2??) say 'Confirmed.'; break ;;
    409)
      if grep -q '"not-yet"' "$work/answer" && [ "$tries" -lt 60 ]; then tries=$((tries + 1)); sleep 2
      elif grep -q '"over"' "$work/answer"; then say 'This step is confirmed already.'; break
      else cat "$work/answer" >&2; fail 'The confirmation was refused.'; fi ;;
    000|429|5??) [ "$tries" -lt 60 ] || fail "Everything is applied, and the confirmation was not taken ($code). Run this again, or confirm in the wizard with the role's ARN, $arn."; tries=$((tries + 1)); sleep 5 ;;
    *) cat "$work/answer" >&2; fail "The confirmation was refused ($code)." ;;
  esac
done
say 'Done.'
