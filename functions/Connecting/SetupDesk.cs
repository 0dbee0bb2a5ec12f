using ServerlessDrives.Access;
using ServerlessDrives.Connecting.Setup;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary>Makes the open step into something that can be run.</summary>
public sealed class SetupDesk(ConnectionViews views, CallbackDesk callbacks)
{
    /// <param name="baseAddress">Where callback links lead.</param>
    /// <param name="preview">To be looked at only: no callback link is made, and a mark stands in its place.</param>
    public async Task<Result<string>> WriteAsync(
        Person person,
        DriveConnection connection,
        SetupFormat format,
        Uri baseAddress,
        bool preview,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (connection.OpenStep is not { } open)
            return Refusal.Conflict("step-not-open", "The connection has no step open that something has to be applied for.");
        if (views.PoliciesOf(connection).Trust is not { } trust)
            return Refusal.Conflict("step-not-open", "The connection uses an access key; nothing has to be applied.");

        var links = new List<Uri>();
        if (format is SetupFormat.AwsCli)
        {
            // With everything known, one script does both steps, each confirmed by a link of its own.
            var steps = open is ConfirmationStep.TrustPolicy && connection.IsConfiguredFor(connection.Attempt)
                ? new[] { ConfirmationStep.TrustPolicy, ConfirmationStep.BucketPolicy }
                : [open];
            foreach (var step in steps)
            {
                if (preview)
                {
                    links.Add(new Uri(baseAddress, "/api/callbacks/MADE-WHEN-COPIED"));
                    continue;
                }

                if (
                    !(
                        await callbacks.MakeAsync(
                            person,
                            new(connection.Organization, connection.Id),
                            step,
                            life: null,
                            operation: null,
                            cancellation)
                    ).TryGet(out var made, out var refusal))
                    return refusal;
                links.Add(new Uri(baseAddress, $"/api/callbacks/{made.Token.Reveal()}"));
            }
        }

        var setup = new SetupStep(
            connection.DisplayName.Value,
            connection.Id,
            connection.RoleArn?.RoleName ?? $"ServerlessDrives-{connection.Id.Value[^8..]}",
            connection.RoleArn?.Path ?? "/",
            trust,
            Grants(connection),
            links)
        {
            Role =
                connection.RoleArn is null ? RoleOrigin.New
                : open is ConfirmationStep.BucketPolicy ? RoleOrigin.Proven
                : RoleOrigin.Named,
        };
        return format switch
        {
            SetupFormat.AwsCli => AwsCliScript.Write(setup),
            SetupFormat.CloudFormation => CloudFormationTemplate.Write(setup),
            _ => TerraformModule.Write(setup),
        };
    }

    private static SetupGrants? Grants(DriveConnection connection) =>
        connection is { Access: { } access, RoleArn: { } role }
            ? new(
                access.Bucket,
                access.Region,
                RolePolicy.For(access).ToJson(),
                BucketPolicy.For(role, access).ToJson(),
                KeyPolicyStatement.For(role, access) is { IsRequired: true } statement ? statement.ToJson() : null)
            : null;
}
