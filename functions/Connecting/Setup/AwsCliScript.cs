using ServerlessDrives.Access;
using System.Text;
using System.Text.Json.Nodes;

namespace ServerlessDrives.Connecting.Setup;

/// <summary>The open step as a shell script for the AWS CLI. Run twice, it changes nothing the second time.</summary>
public static class AwsCliScript
{
    public static string Write(SetupStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var script = new StringBuilder(Begin(step));
        script.Append(Document("trust-policy", step.TrustPolicy)).Append(RoleSteps);
        if (step.Grants is { } grants)
        {
            script.Append(Document("role-policy", grants.RolePolicy)).Append(Document("bucket-policy", grants.BucketPolicy));
            script.Append($"""

                BUCKET={SetupText.Quote(grants.Bucket.ToString())}
                REGION={SetupText.Quote(grants.Region.ToString())}
                ROLE_POLICY={SetupText.Quote(step.RolePolicyName)}

                """);
            script.Append(step.Confirm.Count > 1 ? Confirmation(step.Confirm[0]) : "").Append(GrantSteps);
            if (grants.KeyPolicyStatement is { } statement)
                script.Append(KeyNotice(statement));
        }

        if (step.Confirm.Count > 0)
            script.Append(Confirmation(step.Confirm[^1]));
        return script.Append("\nsay 'Done.'\n").ToString().ReplaceLineEndings("\n");
    }

    private static string Begin(SetupStep step) => $$"""
        #!/bin/sh
        # ServerlessDrives: what AWS has to be told for the drive {{SetupText.Comment(step.DisplayName)}}
        # Run it with the AWS CLI signed in to the account that owns the bucket. It can be run again at any time.
        ROLE_NAME={{SetupText.Quote(step.RoleName)}}
        ROLE_PATH={{SetupText.Quote(step.RolePath)}}
        EXTERNAL_ID={{SetupText.Quote(ExternalIdOf(step))}}

        {{SetupText.ShellBeginning}}
        command -v curl >/dev/null || fail 'Install curl first.'

        # Prints external IDs of ours, other than the one given, that a trust policy asks for: another connection's, which would break without them.
        # And the statements of a bucket's policy that name a role or user that was deleted: S3 refuses every policy that does.
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
        else
          cat >"$work/look.py" <<'PYTHON'
        import json, re, sys
        statements = json.load(open(sys.argv[2])).get("Statement", [])
        statements = statements if isinstance(statements, list) else [statements]
        listed = lambda found: found if isinstance(found, list) else [] if found is None else [found]
        ids = [listed(s.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId")) for s in statements if s.get("Sid") == "ServerlessDrives"]
        if sys.argv[1] == "others":
            print("\n".join(i for known in ids if sys.argv[3] not in known for i in known))
        elif sys.argv[1] == "knows":
            sys.exit(0 if any(sys.argv[3] in known for known in ids) else 1)
        else:
            for number, statement in enumerate(statements, 1):
                named = [p for key in ("Principal", "NotPrincipal") if isinstance(statement.get(key), dict) for p in listed(statement[key].get("AWS"))]
                if any(re.fullmatch("(AROA|AIDA)[A-Z0-9]{12,}", p) for p in named):
                    print(statement.get("Sid") or "number %d" % number)
        PYTHON
          others() { python3 "$work/look.py" others "$1" "$2"; }
          knows() { python3 "$work/look.py" knows "$1" "$2"; }
          dead() { python3 "$work/look.py" dead "$1"; }
        fi

        # Says "applied" through the callback link; waits while the step before it is still being checked.
        confirm() {
          who=${who:-$(aws sts get-caller-identity --query Arn --output text)}
          tries=0
          while :; do
            code=$(curl -sS -o "$work/answer" -w '%{http_code}' -X POST -H 'Content-Type: application/json' -d "{\"confirmedBy\":\"$who\"}" "$1")
            case $code in
              2??) say 'Confirmed.'; return ;;
              409)
                if grep -q '"not-yet"' "$work/answer" && [ "$tries" -lt 60 ]; then tries=$((tries + 1)); sleep 2
                elif grep -q '"over"' "$work/answer"; then say 'This step is confirmed already.'; return
                else cat "$work/answer" >&2; fail 'The confirmation was refused.'; fi ;;
              429|503) [ "$tries" -lt 60 ] || fail "The confirmation was not taken ($code)."; tries=$((tries + 1)); sleep 5 ;;
              *) cat "$work/answer" >&2; fail "The confirmation was refused ($code)." ;;
            esac
          done
        }

        """;

    private static string ExternalIdOf(SetupStep step) =>
        step.TrustPolicy["Statement"]![0]!["Condition"]!["StringEquals"]!["sts:ExternalId"]!.GetValue<string>();

    private const string RoleSteps = """

        if aws iam get-role --role-name "$ROLE_NAME" --query Role.AssumeRolePolicyDocument --output json >"$work/present.json" 2>"$work/error"; then
          theirs=$(others "$work/present.json" "$EXTERNAL_ID")
          [ -z "$theirs" ] || fail "The trust policy of the role $ROLE_NAME asks for another external ID of ServerlessDrives ($theirs): another connection uses this role, and would break. Nothing was changed. Choose that role in the wizard instead of a new one, or use another role."
          if knows "$work/present.json" "$EXTERNAL_ID"; then cp "$work/present.json" "$work/merged.json"
          else merge "$work/present.json" "$work/trust-policy.json" >"$work/merged.json"; fi
          if differ "$work/present.json" "$work/merged.json"; then
            say "The role $ROLE_NAME is there; our statement is put into its trust policy."
            aws iam update-assume-role-policy --role-name "$ROLE_NAME" --policy-document "file://$work/merged.json"
          else
            say "The role $ROLE_NAME is there, and its trust policy is as it should be."
          fi
        else
          grep -q NoSuchEntity "$work/error" || { cat "$work/error" >&2; exit 1; }
          say "The role $ROLE_NAME is made."
          aws iam create-role --role-name "$ROLE_NAME" --path "$ROLE_PATH" --assume-role-policy-document "file://$work/trust-policy.json" >/dev/null
          aws iam wait role-exists --role-name "$ROLE_NAME"
        fi
        say "Its ARN: $(aws iam get-role --role-name "$ROLE_NAME" --query Role.Arn --output text)"

        """;

    private const string GrantSteps = """

        if aws iam get-role-policy --role-name "$ROLE_NAME" --policy-name "$ROLE_POLICY" --query PolicyDocument --output json >"$work/present.json" 2>"$work/error" \
          && ! differ "$work/present.json" "$work/role-policy.json"; then
          say "The role policy $ROLE_POLICY is as it should be."
        else
          say "The role policy $ROLE_POLICY is set."
          aws iam put-role-policy --role-name "$ROLE_NAME" --policy-name "$ROLE_POLICY" --policy-document "file://$work/role-policy.json"
        fi

        if ! aws s3api get-bucket-policy --region "$REGION" --bucket "$BUCKET" --query Policy --output text >"$work/present.json" 2>"$work/error"; then
          grep -q NoSuchBucketPolicy "$work/error" || { cat "$work/error" >&2; exit 1; }
          printf '{}' >"$work/present.json"
        fi
        gone=$(dead "$work/present.json")
        [ -z "$gone" ] || fail "The policy of the bucket $BUCKET names a role or user that was deleted (AROA… or AIDA…), in this statement: $gone. S3 refuses every policy that does, so remove it there first. The bucket's policy was not changed."
        merge "$work/present.json" "$work/bucket-policy.json" >"$work/merged.json"
        if differ "$work/present.json" "$work/merged.json"; then
          say "Our statements are put into the policy of the bucket $BUCKET."
          patiently aws s3api put-bucket-policy --region "$REGION" --bucket "$BUCKET" --policy "file://$work/merged.json"
        else
          say "The policy of the bucket $BUCKET is as it should be."
        fi

        """;

    private static string Document(string name, JsonObject document) => $"""

        cat >"$work/{name}.json" <<'JSON'
        {SetupText.Json(document).ReplaceLineEndings("\n")}
        JSON

        """;

    private static string Confirmation(Uri link) => $"""

        confirm {SetupText.Quote(link.AbsoluteUri)}

        """;

    private static string KeyNotice(JsonObject statement) => $"""

        say 'The KMS key is in another account. Ask its owner to add this statement to the key policy:'
        cat <<'JSON'
        {SetupText.Json(statement).ReplaceLineEndings("\n")}
        JSON

        """;

}
