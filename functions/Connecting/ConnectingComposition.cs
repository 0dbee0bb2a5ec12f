using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessDrives.Connecting.Buckets;
using ServerlessDrives.Connecting.Callbacks;
using ServerlessDrives.Connecting.Recovery;
using ServerlessDrives.Connecting.Setup;
using ServerlessDrives.Secrets;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary>Composes the wizard.</summary>
public static class ConnectingComposition
{
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(90);

    public static IServiceCollection AddConnecting(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services
            .AddOptions<ConnectionOptions>()
            .Bind(configuration.GetSection("ServerlessDrives:Connection"))
            .Validate(
                options => options.ExpiresAfter >= TimeSpan.FromSeconds(1) && options.ExpiresAfter <= LongestLife,
                "ServerlessDrives:Connection:ExpiresAfter must be between 00:00:01 and 90.00:00:00.")
            .Validate(
                options => options.RecoverAfter >= TimeSpan.FromSeconds(1),
                "ServerlessDrives:Connection:RecoverAfter must be at least 00:00:01.")
            .Validate(
                options => options.StoreWithin >= TimeSpan.FromSeconds(1),
                "ServerlessDrives:Connection:StoreWithin must be at least 00:00:01.")
            .Validate(
                options => options.StartsAtOnce is >= 1 and <= 1_000,
                "ServerlessDrives:Connection:StartsAtOnce must be between 1 and 1000.")
            .Validate(
                options => options.StartsWaiting is >= 0 and <= 100_000,
                "ServerlessDrives:Connection:StartsWaiting must be between 0 and 100000.")
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<ConnectionOptions>>().Value);
        services.AddSingleton<ConnectionEvents>();
        services.AddSingleton<ConnectionAnswers>();
        services.AddSingleton<ConnectionConflicts>();
        services.AddSingleton<ConnectionTransitions>();
        services.AddSingleton<StartConnection>();
        services.AddSingleton<ConfigureConnection>();
        services.AddSingleton<ConfirmStep>();
        services.AddSingleton<CancelConnection>();
        services.AddSingleton<RecoverConnection>();
        services.AddSingleton<StartLimit>();
        services.AddSingleton<ISecretOwners, ConnectionsWithKeys>();
        services.AddSingleton(new LaunchStack(TemplateUrlIn(configuration)));
        services.AddSingleton<MakeCallbackLink>();
        services.AddSingleton<SetupAnswers>();
        services.AddSingleton<OpenCallback>();
        services.AddSingleton<ConfirmByCallback>();
        services.AddSingleton<CallbackViews>();
        services.AddSingleton<CallbackAnswers>();
        services.AddSingleton<CallbackLimits>();
        services.AddSingleton<BucketLookup>();
        services.AddSingleton<BucketLimits>();
        services.AddSingleton<ConnectionViews>();
        services.AddSingleton<IWorkspaceContents, WorkspaceConnections>();
        return services;
    }

    /// <summary>
    /// <c>Aws:StackTemplateUrl</c>: where <c>infra/aws/drive-access.yaml</c> lies for AWS to read; null where it doesn't.
    /// </summary>
    private static Uri? TemplateUrlIn(IConfiguration configuration) => configuration["Aws:StackTemplateUrl"] switch
    {
        null or "" => null,
        var text when Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps => url,
        _ => throw new OptionsValidationException(
            "Aws",
            typeof(LaunchStack),
            ["Aws:StackTemplateUrl must be the https address of the stack's template in a bucket."]),
    };
}

/// <summary>
/// The connections whose access keys lie in the vault. The drive that comes of one takes its key over, and deletes it when it is removed.
/// </summary>
internal sealed class ConnectionsWithKeys(IConnections connections) : ISecretOwners
{
    public async Task<bool?> HoldsAsync(PendingSecret secret, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return ConnectionId.TryParse(secret.Owner, out var id)
            ? (await connections.FindAsync(new(secret.Organization, id), cancellation))?.Value.Secret == secret.Name
            : null;
    }
}

/// <summary>The open connections that keep a workspace from being deleted.</summary>
internal sealed class WorkspaceConnections(IConnections connections) : IWorkspaceContents
{
    private const int Most = 100;

    public async Task<IReadOnlyDictionary<string, string>> OfAsync(
        OrganizationId organization,
        WorkspaceId workspace,
        CancellationToken cancellation)
    {
        var open = new Dictionary<string, string>();
        string? cursor = null;
        do
        {
            var page = await connections.ListAsync(
                organization,
                [new Audience.Workspace(workspace)],
                status: null,
                Http.Paging.Most,
                cursor,
                cancellation);
            foreach (var connection in page.Items.Where(connection => connection.IsOpen).Take(Most - open.Count))
                open[connection.Id.Value] = connection.DisplayName.Value;
            cursor = page.NextCursor;
        }
        while (cursor is not null && open.Count < Most);
        return open;
    }
}
