using Azure.Core;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ServerlessDrives.Connecting;
using ServerlessDrives.Drives;
using ServerlessDrives.Verification;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>Where the tables are: <c>Tables:Endpoint</c>, such as <c>https://account.table.core.windows.net</c>.</summary>
public sealed class TablesOptions
{
    public Uri? Endpoint { get; set; }
}

/// <summary>Composes the stores on Table Storage.</summary>
public static class TablesComposition
{
    public static IServiceCollection AddTables(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TablesOptions>().Bind(configuration.GetSection("Tables"))
            .Validate(options => options.Endpoint is { IsAbsoluteUri: true }, "Tables:Endpoint must be the absolute URL of a table service, such as https://account.table.core.windows.net.")
            .ValidateOnStart();
        services.TryAddSingleton(provider => new TableServiceClient(
            provider.GetRequiredService<IOptions<TablesOptions>>().Value.Endpoint, provider.GetRequiredService<TokenCredential>(), Patience()));

        services.AddSingleton<OrganizationTable>();
        services.AddSingleton<PromiseTable>();
        services.AddSingleton<IConnections, TableConnections>();
        services.AddSingleton<IDrives, TableDrives>();
        services.AddSingleton<IRoles, TableRoles>();
        services.AddSingleton<IReports, TableReports>();
        services.AddTable(OrganizationTable.Name).AddTable(PromiseTable.Name).AddTable(TableReports.Name);
        services.AddHostedService<TableCreation>();
        return services;
    }

    /// <summary>Has a table made at the start if it isn't there.</summary>
    public static IServiceCollection AddTable(this IServiceCollection services, string name) => services.AddSingleton(new TableName(name));

    private static TableClientOptions Patience() => new()
    {
        Retry = { MaxRetries = 5, Delay = TimeSpan.FromMilliseconds(200), MaxDelay = TimeSpan.FromSeconds(5), NetworkTimeout = TimeSpan.FromSeconds(20) },
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
