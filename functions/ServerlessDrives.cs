using Azure.Core;
using Azure.Identity;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ServerlessDrives.Adapters.Aws;
using ServerlessDrives.Adapters.Graph;
using ServerlessDrives.Adapters.KeyVault;
using ServerlessDrives.Adapters.Tables;
using ServerlessDrives.Connecting;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;
using ServerlessDrives.Files;
using ServerlessDrives.Health;
using ServerlessDrives.Http;
using ServerlessDrives.Integrations;
using ServerlessDrives.Observability;
using ServerlessDrives.Secrets;
using ServerlessDrives.Usage;
using ServerlessDrives.Verification;
using ServerlessDrives.Wizard;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives;

/// <summary>The one composition root: the app, the tests and the benchmarks all use it.</summary>
public static class ServerlessDrivesApplication
{
    /// <summary>As the changelog names it: <c>0.2.0</c>.</summary>
    public static string Version { get; } = typeof(ServerlessDrivesApplication).Assembly.GetName().Version!.ToString(3);

    /// <summary>Adds the whole product. Clients of Azure that are registered already are kept.</summary>
    public static FunctionsApplicationBuilder AddServerlessDrives(this FunctionsApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ConfigureFunctionsWebApplication();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<TokenCredential>(_ => new DefaultAzureCredential());

        builder.AddObservability();
        builder.AddHttp();
        builder.Services.AddTables(builder.Configuration);
        builder.Services.AddKeyVault(builder.Configuration);
        builder.Services.AddOwnedSecrets(builder.Configuration);
        builder.Services.AddGraph(builder.Configuration);
        builder.Services.AddAws();
        builder.Services.AddWorkspaces(builder.Configuration);
        builder.Services.AddDrives();
        builder.Services.AddVerification();
        builder.Services.AddConnecting(builder.Configuration);
        builder.Services.AddFiles(builder.Configuration);
        builder.Services.AddIntegrations(builder.Configuration);
        builder.Services.AddHealth(builder.Configuration);
        builder.Services.AddEvents(builder.Configuration);
        builder.Services.AddUsage(builder.Configuration);
        builder.Services.AddSingleton<WizardFiles>();
        return builder;
    }
}
