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

        {{SetupText.ShellBeginning}}
        command -v curl >/dev/null || fail 'Install curl first.'

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
