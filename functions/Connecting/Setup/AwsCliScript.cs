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

                BUCKET={Quote(grants.Bucket.ToString())}
                REGION={Quote(grants.Region.ToString())}
                ROLE_POLICY={Quote(step.RolePolicyName)}

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
        # ServerlessDrives: what AWS has to be told for the drive {{Comment(step.DisplayName)}}
        # Run it with the AWS CLI signed in to the account that owns the bucket. It can be run again at any time.
        set -eu

        ROLE_NAME={{Quote(step.RoleName)}}
        ROLE_PATH={{Quote(step.RolePath)}}

        work=$(mktemp -d)
        trap 'rm -rf "$work"' EXIT
        say() { printf '%s\n' "$*"; }
        fail() { printf '%s\n' "$*" >&2; exit 1; }
        command -v aws >/dev/null || fail 'Install the AWS CLI first: https://aws.amazon.com/cli/'
        command -v curl >/dev/null || fail 'Install curl first.'

        # AWS needs some seconds until a change in IAM is known everywhere, so what it refuses now it may allow soon.
        patiently() {
          tries=0
          until "$@" 2>"$work/error"; do
            tries=$((tries + 1))
            [ "$tries" -lt 12 ] || { cat "$work/error" >&2; exit 1; }
            sleep 5
          done
        }

        # Prints the first policy with the statements of the second in it: those of the same Sid replaced, all others kept.
        if command -v jq >/dev/null; then
          merge() {
            jq -s '.[0] as $present | .[1] as $ours | [$ours.Statement[].Sid] as $sids
              | ($present.Statement // []) as $s | (if ($s | type) == "array" then $s else [$s] end) as $theirs
              | $present + {Version: ($present.Version // "2012-10-17"), Statement: ([$theirs[] | select(.Sid as $sid | ($sids | index([$sid])) | not)] + $ours.Statement)}' "$1" "$2"
          }
          differ() { [ "$(jq -S -c . "$1")" != "$(jq -S -c . "$2")" ]; }
        elif command -v python3 >/dev/null; then
          cat >"$work/policies.py" <<'PYTHON'
        import json, sys
        first, second = (json.load(open(name)) for name in sys.argv[2:])
        if sys.argv[1] == "differ":
            sys.exit(0 if first != second else 1)
        theirs = first.get("Statement", [])
        theirs = theirs if isinstance(theirs, list) else [theirs]
        sids = {statement["Sid"] for statement in second["Statement"]}
        first.setdefault("Version", "2012-10-17")
        first["Statement"] = [s for s in theirs if s.get("Sid") not in sids] + second["Statement"]
        json.dump(first, sys.stdout)
        PYTHON
          merge() { python3 "$work/policies.py" merge "$1" "$2"; }
          differ() { python3 "$work/policies.py" differ "$1" "$2"; }
        else
          fail 'Merging policies needs jq or python3; install one of them.'
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

    private const string RoleSteps = """

        if aws iam get-role --role-name "$ROLE_NAME" --query Role.AssumeRolePolicyDocument --output json >"$work/present.json" 2>"$work/error"; then
          merge "$work/present.json" "$work/trust-policy.json" >"$work/merged.json"
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
        {SetupStep.Text(document).ReplaceLineEndings("\n")}
        JSON

        """;

    private static string Confirmation(Uri link) => $"""

        confirm {Quote(link.AbsoluteUri)}

        """;

    private static string KeyNotice(JsonObject statement) => $"""

        say 'The KMS key is in another account. Ask its owner to add this statement to the key policy:'
        cat <<'JSON'
        {SetupStep.Text(statement).ReplaceLineEndings("\n")}
        JSON

        """;

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Comment(string text) => text.ReplaceLineEndings(" ");
}
