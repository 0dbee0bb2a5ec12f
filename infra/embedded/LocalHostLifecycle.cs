using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using ServerlessDrives.Embedded.Timers;
using ServerlessDrives.Embedded.Worker;

namespace ServerlessDrives.Embedded;

/// <summary>Starts what the host does when the worker has started, and stops it before the worker stops.</summary>
internal sealed class LocalHostLifecycle(LocalHost host, IConfiguration configuration, IHostApplicationLifetime app)
    : IHostedLifecycleService
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    private readonly TimerFunctions _timers = host.Timers(configuration);

    /// <exception cref="StartRefusedException">A function is of a kind that the official host would misbehave on.</exception>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var functions = (await host.Worker.Functions.WaitAsync(StartLimit, cancellationToken)).Where(IsEnabled).ToList();
        host.Functions.Serve(functions);
        host.DurableWorker.Serve(functions);
        await host.Durable.StartAsync(cancellationToken);
        host.Durable.Broken.Register(EndFailed);
        _timers.Start(functions);
        Console.Out.WriteLine($"ServerlessDrives is ready at http://127.0.0.1:{host.Options.Port}");
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        host.Functions.Stop();
        await _timers.DisposeAsync();
        await host.Durable.StopAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What can store nothing any more ends, so that whoever watches over the process starts it again.</summary>
    private void EndFailed()
    {
        Environment.ExitCode = 1;
        app.StopApplication();
    }

    /// <summary>The official host's way to turn a function off: <c>AzureWebJobs.NAME.Disabled</c>.</summary>
    private bool IsEnabled(LoadedFunction function) => !configuration.GetValue<bool>($"AzureWebJobs.{function.Name}.Disabled");
}
