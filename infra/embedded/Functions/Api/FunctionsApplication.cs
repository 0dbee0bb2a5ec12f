using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Embedded;
using ServerlessDrives.Embedded.Functions;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where an isolated worker begins.</summary>
public class FunctionsApplication
{
    public FunctionsApplication()
    {
    }

    /// <summary>A builder with the configuration of environment, <c>local.settings.json</c> and command line, and the embedded cloud behind it.</summary>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(EmbeddedHost.Prepare(args));
}

/// <summary>Composes the app and the host that runs it.</summary>
public class FunctionsApplicationBuilder : IFunctionsWorkerApplicationBuilder, IHostApplicationBuilder
{
    private readonly EmbeddedHost _host;

    internal FunctionsApplicationBuilder(EmbeddedHost host) => _host = host;

    public IServiceCollection Services => _host.Web.Services;

    public ConfigurationManager Configuration => _host.Web.Configuration;

    public IHostEnvironment Environment => _host.Web.Environment;

    public ILoggingBuilder Logging => _host.Web.Logging;

    public IMetricsBuilder Metrics => _host.Web.Metrics;

    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_host.Web).Properties;

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    public void ConfigureContainer<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull
        => ((IHostApplicationBuilder)_host.Web).ConfigureContainer(factory, configure);

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        _host.Middleware.Add(middleware);
        return this;
    }

    public IHost Build() => _host.Build();
}

/// <summary>Turns on functions that answer with ASP.NET Core's results.</summary>
public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder)
    {
        builder.Services.AddMvcCore();
        return builder;
    }
}
