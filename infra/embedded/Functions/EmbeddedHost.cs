using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessDrives.Embedded.Cloud;
using ServerlessDrives.Embedded.DurableTask;

namespace ServerlessDrives.Embedded.Functions;

/// <summary>The host: one Kestrel for functions, timers, the durable engine and the embedded cloud.</summary>
internal sealed class EmbeddedHost
{
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(15);

    private readonly EmbeddedOptions _options;
    private readonly EmbeddedCloud _cloud;

    private EmbeddedHost(WebApplicationBuilder web, EmbeddedOptions options, EmbeddedCloud cloud)
    {
        Web = web;
        _options = options;
        _cloud = cloud;
    }

    public WebApplicationBuilder Web { get; }

    public List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> Middleware { get; } = [];

    public static EmbeddedHost Prepare(string[] args)
    {
        StartRefusal.SayInOneSentence();
        var web = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        var options = EmbeddedOptions.Parse(args, web.Configuration);
        var cloud = EmbeddedCloud.Create(options);
        AddSettings(web.Configuration, cloud.Settings, options);

        web.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.ListenLocalhost(options.Port);
        });
        web.Logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.UseUtcTimestamp = true;
        });
        web.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning).AddFilter("Azure", LogLevel.Warning);
        web.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownPatience);
        web.Services.TryAddSingleton(TimeProvider.System);
        web.Services.AddSingleton(options);
        web.Services.TryAddSingleton<DataConverter>(JsonDataConverter.Default);
        web.Services.AddRouting();
        cloud.AddTo(web.Services);
        return new(web, options, cloud);
    }

    public IHost Build()
    {
        var services = Web.Services;
        services.TryAddSingleton(_ => FunctionCatalog.Of(FunctionCatalog.TypesBehind(System.Reflection.Assembly.GetEntryAssembly()!)));
        services.AddSingleton(provider => new FunctionInvoker(provider.GetRequiredService<IServiceScopeFactory>(), Middleware));
        services.AddSingleton<IDurableTaskFunctions, DurableFunctions>();
        // Behind everything that the app has added: what these run may need all of it.
        services.AddDurableEngine();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<TimerFunctions>(provider, _options.DataFolder));
        services.AddHostedService(provider => provider.GetRequiredService<TimerFunctions>());

        var app = Web.Build();
        app.Services.GetRequiredService<TimerFunctions>().Check();
        app.UseRouting();
        app.Use(HttpFunctions.NotFoundForOtherMethods);
        _cloud.Map(app);
        var functions = new HttpFunctions(
            app.Services.GetRequiredService<FunctionCatalog>(),
            app.Services.GetRequiredService<FunctionInvoker>(),
            app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Functions"),
            app.Lifetime.ApplicationStopping);
        functions.Map(app, RoutePrefix());
        app.Lifetime.ApplicationStarted.Register(() => Console.Out.WriteLine($"ServerlessDrives is ready at http://127.0.0.1:{_options.Port}"));
        return app;
    }

    /// <summary>From weakest to strongest: the embedded cloud, local.settings.json, environment, command line.</summary>
    private static void AddSettings(ConfigurationManager configuration, IReadOnlyDictionary<string, string?> cloud, EmbeddedOptions options)
    {
        var sources = ((IConfigurationBuilder)configuration).Sources;
        sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = cloud });
        sources.Insert(1, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = LocalSettings() });
        configuration.AddInMemoryCollection([new("PORT", $"{options.Port}")]);
    }

    /// <summary>The <c>Values</c> of local.settings.json, as Core Tools hands them to a worker.</summary>
    private static Dictionary<string, string?> LocalSettings()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "local.settings.json");
        if (!File.Exists(file))
            return [];
        var values = JsonNode.Parse(File.ReadAllText(file), documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip, AllowTrailingCommas = true })?["Values"]?.AsObject();
        return values?.ToDictionary(value => value.Key.Replace("__", ":", StringComparison.Ordinal), value => value.Value?.ToString()) ?? [];
    }

    private static string RoutePrefix()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "host.json");
        return (File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file), documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip }) : null)
            ?["extensions"]?["http"]?["routePrefix"]?.GetValue<string>() ?? "api";
    }
}

/// <summary>Has a start that was refused end with its sentence instead of a stack trace.</summary>
internal static class StartRefusal
{
    private static int _installed;

    public static void SayInOneSentence()
    {
        if (Interlocked.Exchange(ref _installed, 1) == 1)
            return;
        AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
        {
            var sentence = unhandled.ExceptionObject switch
            {
                StartRefusedException refused => refused.Message,
                OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
                _ => null,
            };
            if (sentence is null)
                return;
            Console.Error.WriteLine($"ServerlessDrives can't start. {sentence}");
            Environment.Exit(1);
        };
    }
}
