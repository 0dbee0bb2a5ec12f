using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.DurableTask;

public static class DurableComposition
{
    /// <summary>
    /// Adds the engine and its <see cref="DurableTaskClient"/>. It needs an <see cref="IDurableTaskFunctions"/> and a
    /// <see cref="DurableStorage"/>; a <see cref="DataConverter"/>, a <see cref="TimeProvider"/> and
    /// <see cref="DurableEngineOptions"/> are taken where they are given.
    /// </summary>
    public static IServiceCollection AddDurableEngine(this IServiceCollection services)
    {
        services.TryAddSingleton<DataConverter>(JsonDataConverter.Default);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new DurableEngineOptions());
        services.AddSingleton(provider => new DurableEngine(
            provider.GetRequiredService<IDurableTaskFunctions>(),
            provider.GetRequiredService<DurableStorage>(),
            provider.GetRequiredService<DataConverter>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetRequiredService<DurableEngineOptions>(),
            provider.GetService<IHostApplicationLifetime>()));
        services.AddHostedService(provider => provider.GetRequiredService<DurableEngine>());
        services.AddSingleton<DurableTaskClient>(provider => new EmbeddedDurableTaskClient(provider.GetRequiredService<DurableEngine>()));
        return services;
    }
}
