using ServerlessDrives.Access;

namespace ServerlessDrives.Connecting.Setup;

/// <summary>A link that opens the template in CloudFormation's console, parameters filled in.</summary>
/// <param name="Url">To be opened by somebody who is signed in to the account of the bucket.</param>
/// <param name="Parameters">What is filled in.</param>
public sealed record LaunchStackView(Uri Url, Uri TemplateUrl, string StackName, IReadOnlyDictionary<string, string> Parameters);

/// <summary>Makes such links, where the operator has put the template into a public bucket (<c>Aws:StackTemplateUrl</c>).</summary>
public sealed class LaunchStack(Uri? templateUrl)
{
    public static readonly Refusal NotConfigured = new(
        RefusalKind.NotFound,
        "not-configured",
        "No stack template is set up here (Aws:StackTemplateUrl). Take the CloudFormation text or the AWS CLI script instead.");

    public bool IsConfigured => templateUrl is not null;

    public Result<LaunchStackView, Refusal> LinkFor(SetupStep step, DriveConnection connection)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(connection);
        if (templateUrl is null)
            return NotConfigured;
        if (step.Grants is null)
            return Refusal.Conflict("step-not-open", "The stack does everything in one go, so the bucket has to be configured first.");
        var parameters = StackTemplate.ParametersOf(step, connection);
        var name = StackTemplate.NameOf(connection);
        var region = connection.Configuration!.Region;
        var query = string.Join(
            '&',
            parameters
                .Where(parameter => parameter.Value.Length > 0)
                .Select(parameter => ($"param_{parameter.Key}", parameter.Value))
                .Prepend(("stackName", name))
                .Prepend(("templateURL", templateUrl.AbsoluteUri))
                .Select(pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2)}"));
        return new LaunchStackView(
            new Uri($"https://{region}.{ConsoleOf(region.Partition)}/cloudformation/home?region={region}#/stacks/create/review?{query}"),
            templateUrl,
            name,
            parameters.ToDictionary());
    }

    private static string ConsoleOf(Partition partition) => partition.ToString() switch
    {
        "aws-cn" => "console.amazonaws.cn",
        "aws-us-gov" => "console.amazonaws-us-gov.com",
        "aws-eusc" => "console.amazonaws-eusc.eu",
        _ => "console.aws.amazon.com",
    };
}
