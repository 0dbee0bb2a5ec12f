using Azure.Core;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ServerlessDrives.Connecting;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Events.Webhooks;
using ServerlessDrives.Files.Operations;
using ServerlessDrives.Files.Previews;
using ServerlessDrives.Files.References;
using ServerlessDrives.Files.Sharing;
using ServerlessDrives.Health;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Repetition;
using ServerlessDrives.Integrations;
using ServerlessDrives.Secrets;
using ServerlessDrives.Usage;
using ServerlessDrives.Verification;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>
/// Where the tables are: <c>Tables:Endpoint</c>, such as <c>https://account.table.core.windows.net</c>, or Azurite's
/// <c>http://127.0.0.1:10002/devstoreaccount1</c>.
/// </summary>
public sealed class TablesOptions
{
    public Uri? Endpoint { get; set; }
}

/// <summary>Composes the stores on Table Storage.</summary>
public static class TablesComposition
{
    // Azurite takes tokens over https only; the account and key of every storage emulator are public and open nothing else.
    private const string EmulatorAccount = "devstoreaccount1";
    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public static IServiceCollection AddTables(this IServiceCollection services, IConfiguration configuration)
    {
        services
            .AddOptions<TablesOptions>()
            .Bind(configuration.GetSection("Tables"))
            .Validate(
                options => options.Endpoint is { IsAbsoluteUri: true },
                "Tables:Endpoint must be the absolute URL of a table service, such as https://account.table.core.windows.net.")
            .ValidateOnStart();
        services.TryAddSingleton(provider => Client(provider.GetRequiredService<IOptions<TablesOptions>>().Value.Endpoint!, provider));

        services.AddSingleton<OrganizationTable>();
        services.AddSingleton<PendingSignals>();
        services.AddSingleton<IPendingSecrets, TablePendingSecrets>();
        services.AddSingleton<IConnections, TableConnections>();
        services.AddSingleton<IDrives, TableDrives>();
        services.AddSingleton<IPendingDriveWork, TablePendingDriveWork>();
        services.AddSingleton<IRoles, TableRoles>();
        services.AddSingleton<IReports, TableReports>();
        services.AddSingleton<IWorkspaces, TableWorkspaces>();
        services.AddSingleton<TableWorkspaceGroups>();
        services.AddSingleton<IWorkspaceGroups>(provider => provider.GetRequiredService<TableWorkspaceGroups>());
        services.AddSingleton<IPeople, TablePeople>();
        services.AddSingleton<IIdempotencyRecords, TableIdempotencyRecords>();
        services.AddSingleton<IAuditTrail, TableAuditTrail>();
        services.AddSingleton<IWebhooks, TableWebhooks>();
        services.AddSingleton<TableOutbox>();
        services.AddSingleton<IOutbox>(provider => provider.GetRequiredService<TableOutbox>());
        services.AddSingleton<IFileRecords, TableFileRecords>();
        services.AddSingleton<IShares, TableShares>();
        services.AddSingleton<IPreviewLinks, TablePreviewLinks>();
        services.AddSingleton<IFileOperations, TableFileOperations>();
        services.AddSingleton<IHealthSchedules, TableHealthSchedules>();
        services.AddSingleton<LastLooks>();
        services.AddSingleton<IHealthHistory, TableHealthHistory>();
        services.AddSingleton<TableIntegrations>();
        services.AddSingleton<IIntegrations>(provider => provider.GetRequiredService<TableIntegrations>());
        services.AddSingleton<IUpstreamState>(provider => provider.GetRequiredService<TableIntegrations>());
        services.AddSingleton<IUsageRecords, TableUsage>();
        services.AddSingleton<IDependency, TableDependency>();
        services
            .AddTable(OrganizationTable.Name)
            .AddTable(PendingSignals.Name)
            .AddTable(TableReports.Name)
            .AddTable(TableWorkspaces.Name)
            .AddTable(TableIdempotencyRecords.Name)
            .AddTable(TableWebhooks.Name)
            .AddTable(TableFileRecords.Name)
            .AddTable(TableHealthSchedules.Name)
            .AddTable(TableHealthHistory.Name)
            .AddTable(TableIntegrations.Name)
            .AddTable(TableUsage.Name);
        services.AddHostedService<TableCreation>();
        return services;
    }

    /// <summary>Has a table made at the start if it isn't there.</summary>
    public static IServiceCollection AddTable(this IServiceCollection services, string name) => services.AddSingleton(new TableName(name));

    private static TableServiceClient Client(Uri endpoint, IServiceProvider provider) => endpoint is { IsLoopback: true, Scheme: "http" }
        ? new(endpoint, new TableSharedKeyCredential(EmulatorAccount, EmulatorKey), TimeLimit())
        : new(endpoint, provider.GetRequiredService<TokenCredential>(), TimeLimit());

    private static TableClientOptions TimeLimit() =>
        new()
        {
            Retry =
            {
                MaxRetries = 5,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = TimeSpan.FromSeconds(5),
                NetworkTimeout = TimeSpan.FromSeconds(20),
            },
        };
}

/// <summary>A table that the app uses.</summary>
public sealed record TableName(string Value);

/// <summary>Makes the tables before anything else starts.</summary>
internal sealed class TableCreation(TableServiceClient service, IEnumerable<TableName> tables) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(tables.Select(table => service.CreateTableIfNotExistsAsync(table.Value, cancellationToken)));

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Table Storage, as something that the app can't do without: it answers, and stores what it is given.</summary>
internal sealed class TableDependency(TableServiceClient service) : IDependency
{
    private static readonly TableEntity Row = new("health", "asked");

    public string Name => "tables";

    public Outage? Explain(Exception failure) => AzureOutages.Of(failure);

    public Task AskAsync(CancellationToken cancellation) =>
        service.GetTableClient(OrganizationTable.Name).UpsertEntityAsync(Row, TableUpdateMode.Replace, cancellation);
}
