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
using ServerlessDrives.Embedded.Demo;
using ServerlessDrives.Embedded.DurableTask;

namespace ServerlessDrives.Embedded.Functions;

/// <summary>The host: one Kestrel for functions, timers, the durable engine and the embedded cloud.</summary>
internal sealed class EmbeddedHost
{
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(15);

    private readonly EmbeddedOptions _options;
    private readonly EmbeddedCloud _cloud;
    private bool _hasStarted;

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
        // From weakest to strongest: the embedded cloud, local.settings.json, environment, command line.
        AddWeakest(web.Configuration, LocalSettings());
        var options = EmbeddedOptions.Parse(args, web.Configuration);
        var cloud = EmbeddedCloud.Create(options, IsSandboxed(web.Configuration, options));
        AddWeakest(web.Configuration, cloud.Settings);
        web.Configuration.AddInMemoryCollection([new("PORT", $"{options.Port}")]);

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
        if (options.Demo)
            web.Logging.SetMinimumLevel(LogLevel.Error);
        web.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownPatience);
        web.Services.TryAddSingleton(TimeProvider.System);
        web.Services.AddSingleton(options);
        web.Services.TryAddSingleton<DataConverter>(JsonDataConverter.Default);
        web.Services.AddRouting();
        cloud.AddTo(web.Services);
        var host = new EmbeddedHost(web, options, cloud);
        // A start that fails is told of in one sentence at the end; the host's own log of it would put a stack trace before that.
        web.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => host._hasStarted && level >= LogLevel.Warning);
        return host;
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
        if (_options.Demo)
            services.AddHostedService<GuidedRun>();

        var app = Web.Build();
        app.Services.GetRequiredService<TimerFunctions>().Check();
        app.UseKnownHostsOnly(app.Configuration);
        app.UseRouting();
        app.Use(HttpFunctions.NotFoundForOtherMethods);
        _cloud.Map(app);
        var functions = new HttpFunctions(
            app.Services.GetRequiredService<FunctionCatalog>(),
            app.Services.GetRequiredService<FunctionInvoker>(),
            app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Functions"),
            app.Lifetime.ApplicationStopping);
        functions.Map(app, RoutePrefix());
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            _hasStarted = true;
            Console.Out.WriteLine($"ServerlessDrives is ready at http://127.0.0.1:{_options.Port}");
        });
        return app;
    }

    private static void AddWeakest(ConfigurationManager configuration, IEnumerable<KeyValuePair<string, string?>> settings) =>
        ((IConfigurationBuilder)configuration).Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = settings });

    /// <exception cref="StartRefusedException">The setting is neither true nor false, or the demo would play against real AWS.</exception>
    private static bool IsSandboxed(IConfiguration configuration, EmbeddedOptions options)
    {
        if (configuration["Aws:Sandbox"] is not { Length: > 0 } text)
            return true;
        if (!bool.TryParse(text, out var sandboxed))
            throw new StartRefusedException($"Aws:Sandbox is '{text}'; true or false was expected.");
        return sandboxed || !options.Demo ? sandboxed : throw new StartRefusedException("The demo plays against the sandbox only; leave Aws:Sandbox out, or set it to true.");
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
            if (unhandled.ExceptionObject is not Exception failure || SentenceOf(failure) is not { } sentence)
                return;
            Console.Error.WriteLine($"ServerlessDrives can't start. {sentence}");
            Environment.Exit(1);
        };
    }

    /// <returns>Null where no person is to blame, so that the stack trace is what helps.</returns>
    internal static string? SentenceOf(Exception failure) => failure switch
    {
        StartRefusedException or EmbeddedCloudException => failure.Message,
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        // Several wrong settings at once.
        AggregateException several when several.InnerExceptions.Select(SentenceOf).ToList() is var sentences && sentences.TrueForAll(sentence => sentence is not null) => string.Join(Environment.NewLine, sentences),
        // The binder's own: it names the key, its value and what was expected.
        InvalidOperationException { InnerException: FormatException or ArgumentException or OverflowException or InvalidCastException } unreadable when unreadable.Message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) => unreadable.Message,
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } => $"{failure.Message} {FreePort.ChooseAnother}",
        _ => null,
    };
}
