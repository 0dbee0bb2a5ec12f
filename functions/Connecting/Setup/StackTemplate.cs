using System.Text;
using ServerlessDrives.Access;

namespace ServerlessDrives.Connecting.Setup;

/// <summary>
/// The CloudFormation template that does everything in one go (<c>infra/aws/drive-access.yaml</c>), and the parameters that it takes for a
/// connection.
/// </summary>
public static class StackTemplate
{
    private static readonly Lazy<string> Text = new(() =>
    {
        using var file = new StreamReader(typeof(StackTemplate).Assembly.GetManifestResourceStream("drive-access.yaml")!);
        return file.ReadToEnd();
    });

    public static string NameOf(DriveConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return $"ServerlessDrives-{connection.Id.Value[^8..]}";
    }

    /// <summary>What the template's parameters are for this connection, in the template's order.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> ParametersOf(SetupStep step, DriveConnection connection)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(connection);
        var statement = step.TrustPolicy["Statement"]![0]!;
        var access = connection.Access ?? throw new InvalidOperationException("The bucket has to be known.");
        return
        [
            new("Connection", connection.Id.Value),
            new("PrincipalArn", statement["Principal"]!["AWS"]!.GetValue<string>()),
            new("ExternalId", connection.ExternalId!.Value),
            new("RoleName", step.RoleArn.Path[1..] + step.RoleArn.RoleName),
            new("Bucket", access.Bucket.ToString()),
            new("Path", access.Path.ToString()),
            new("Access", access.IsReadOnly ? "readOnly" : "readWrite"),
            new("KmsKeyArn", access.Encryption.KmsKey?.Value ?? ""),
            new("SessionTags", connection.SessionTags ? "yes" : "no"),
            new("Callback", step.Confirm?.AbsoluteUri ?? ""),
        ];
    }

    /// <summary>The template, with the command that deploys it for this connection before it.</summary>
    public static string Write(SetupStep step, DriveConnection connection)
    {
        var text = new StringBuilder($"""
            # ServerlessDrives: access for the drive {SetupText.Comment(connection.DisplayName.Value)}
            # Save this as drive-access.yaml and run, signed in to the account that owns the bucket:
            #
            # {SetupText.Comment(Command(step, connection))}
            #
            # aws cloudformation delete-stack --stack-name {NameOf(connection)} takes out again what it adds, and nothing else.

            """);
        return text.Append(Text.Value).ToString().ReplaceLineEndings("\n");
    }

    /// <summary>One line for a shell.</summary>
    public static string Command(SetupStep step, DriveConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var parameters = string.Join(
            ' ',
            ParametersOf(step, connection)
                .Where(parameter => parameter.Value.Length > 0)
                .Select(parameter => SetupText.Quote($"{parameter.Key}={parameter.Value}")));
        return $"aws cloudformation deploy --region {connection.Configuration!.Region} --stack-name {NameOf(connection)} " +
            $"--template-file drive-access.yaml --capabilities CAPABILITY_IAM --parameter-overrides {parameters}";
    }
}
