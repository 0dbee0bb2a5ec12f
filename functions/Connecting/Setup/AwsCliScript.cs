using System.Text;
using System.Text.Json.Nodes;
using ServerlessDrives.Access;

namespace ServerlessDrives.Connecting.Setup;

/// <summary>
/// What has to be applied, as a shell script for the AWS CLI: variables, policies, <c>aws-cli.sh</c>. Run twice, it changes nothing the
/// second time.
/// </summary>
public static class AwsCliScript
{
    /// <summary>Stands in policies for the role's ARN, which the script knows when it runs.</summary>
    private const string RoleArn = "@ROLE_ARN@";

    private static readonly Lazy<string> Body = new(() =>
    {
        using var file = new StreamReader(typeof(AwsCliScript).Assembly.GetManifestResourceStream("aws-cli.sh")!);
        return file.ReadToEnd();
    });

    public static string Write(SetupStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var script = new StringBuilder($$"""
            #!/bin/sh
            # ServerlessDrives: AWS access for the drive {{SetupText.Comment(step.DisplayName)}}
            # Run it with the AWS CLI signed in to the account that owns the bucket. It says what it changes, and can be run again.
            # With --dry-run it says what it would change, and changes nothing. With --remove it takes out what it put in.
            CONNECTION={{SetupText.Quote(step.Connection.Value)}}
            PARTITION={{SetupText.Quote(step.RoleArn.Partition.ToString())}}
            ROLE_ACCOUNT={{SetupText.Quote(step.KnowsAccount ? step.RoleArn.Account.Value : "")}}
            ROLE_NAME={{SetupText.Quote(step.RoleArn.RoleName)}}
            ROLE_PATH={{SetupText.Quote(step.RoleArn.Path)}}
            EXTERNAL_ID={{SetupText.Quote(step.ExternalId)}}
            ROLE_POLICY={{SetupText.Quote(step.RolePolicyName)}}
            BUCKET={{SetupText.Quote(step.Grants?.Bucket.ToString() ?? "")}}
            REGION={{SetupText.Quote(step.Grants?.Region.ToString() ?? "")}}
            KEY_ACCOUNT={{SetupText.Quote(step.Grants?.KeyPolicyStatement is null ? "" : step.Grants.KeyAccount!.Value)}}
            CONFIRMS={{SetupText.Quote(Steps.Name(step.Confirms))}}
            CONFIRM={{SetupText.Quote(step.Confirm?.AbsoluteUri ?? "")}}

            """);
        script.Append(Document("trust_policy", step.TrustPolicy, step));
        if (step.Grants is { } grants)
        {
            script.Append(Document("role_policy", grants.RolePolicy, step)).Append(Document("bucket_policy", grants.BucketPolicy, step));
            if (grants.KeyPolicyStatement is { } statement)
                script.Append(Document("key_statement", statement, step));
        }

        return script.Append('\n').Append(SetupText.ShellBeginning).Append('\n').Append(Body.Value).ToString().ReplaceLineEndings("\n");
    }

    /// <summary>A function that prints the document.</summary>
    private static string Document(string name, JsonObject document, SetupStep step) => $$"""
        {{name}}() {
          cat <<'JSON'
        {{SetupText.Json(document).Replace(step.RoleArn.Value, RoleArn, StringComparison.Ordinal)}}
        JSON
        }

        """;
}
