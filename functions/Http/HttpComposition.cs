using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;
using ServerlessDrives.Http.Waiting;

namespace ServerlessDrives.Http;

/// <summary>Composes what every HTTP function passes through.</summary>
public static class HttpComposition
{
    public static FunctionsApplicationBuilder AddHttp(this FunctionsApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder
            .Services.AddOptions<AuthenticationOptions>()
            .Bind(builder.Configuration.GetSection("Authentication"))
            .Validate(
                options =>
                    options.Authority is { IsAbsoluteUri: true } authority
                    && (authority.Scheme == Uri.UriSchemeHttps || authority.IsLoopback),
                "Authentication:Authority must be the https URL of an OpenID Connect issuer.")
            .Validate(
                options => !string.IsNullOrWhiteSpace(options.Audience),
                "Authentication:Audience must say what tokens are meant for, such as api://serverlessdrives.")
            .ValidateOnStart();
        builder.Services.AddSingleton(provider => provider.GetRequiredService<IOptions<AuthenticationOptions>>().Value);
        builder.Services.AddSingleton<BearerTokens>();
        builder
            .Services.AddOptions<LongPollOptions>()
            .Bind(builder.Configuration.GetSection("ServerlessDrives:LongPolls"))
            .Validate(
                options => options.MostOfAPerson is >= 1 and <= 10_000,
                "ServerlessDrives:LongPolls:MostOfAPerson must be between 1 and 10000.")
            .Validate(
                options => options.MostOfAnInstance is >= 1 and <= 10_000,
                "ServerlessDrives:LongPolls:MostOfAnInstance must be between 1 and 10000.")
            .ValidateOnStart();
        builder.Services.AddSingleton(provider => provider.GetRequiredService<IOptions<LongPollOptions>>().Value);
        builder.Services.AddSingleton<WaitingReads>();
        builder.Services.AddSingleton<LongPoll>();
        builder.Services.AddSingleton<NeedsByFunction>();
        builder.Services.AddSingleton<Idempotency>();
        builder.Services.AddSingleton<ApiDescription>();
        builder.Services.AddSingleton<ReferencePage>();
        builder.UseMiddleware<ExceptionHandlingMiddleware>();
        builder.UseMiddleware<AuthenticationMiddleware>();
        builder.UseMiddleware<RunToCompletion>();
        return builder;
    }
}
