using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ServerlessDrives.Embedded;
using ServerlessDrives.Embedded.Functions;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Host;

/// <summary>What stops the start, and the sentence that says why. In this process: nothing is listened on, nothing is begun.</summary>
public sealed class StartRefusals : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("serverless-drives-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(typeof(TwoOfOneName), nameof(TwoOfOneName.Second), "Function names must be unique")]
    [InlineData(typeof(UnknownBinding), nameof(UnknownBinding.Run), "nothing binds the parameter 'where'")]
    [InlineData(typeof(ClientOfAnotherType), nameof(ClientOfAnotherType.Run), "nothing binds the parameter 'client'")]
    [InlineData(typeof(TwoTriggers), nameof(TwoTriggers.Run), "has 2 triggers")]
    [InlineData(typeof(NoTrigger), nameof(NoTrigger.Run), "has 0 triggers")]
    [InlineData(typeof(NotPublic), "Run", "must be public")]
    [InlineData(typeof(BadSchedule), nameof(BadSchedule.Run), "'every now and then' is not a schedule")]
    [InlineData(typeof(NoSuchSchedule), nameof(NoSuchSchedule.Run), "its schedule is the setting Nowhere:Schedule")]
    [InlineData(typeof(SameRoute), nameof(SameRoute.ById), "can match the same path")]
    [InlineData(typeof(SameRoute), nameof(SameRoute.Special), "can match the same path")]
    [InlineData(typeof(RestOverlaps), nameof(RestOverlaps.All), "can match the same path")]
    [InlineData(typeof(CatchAllFirst), nameof(CatchAllFirst.Everything), "its function name must sort last")]
    [InlineData(typeof(PlainAnswer), nameof(PlainAnswer.Run), "Return an IResult")]
    [InlineData(typeof(NoAnswer), nameof(NoAnswer.Run), "Return an IResult")]
    public void A_function_that_the_official_host_would_misbehave_on_stops_the_start_and_is_named(Type functions, string method, string why)
    {
        ArgumentNullException.ThrowIfNull(functions);
        var refused = Should.Throw<StartRefusedException>(() => Build([functions]).Dispose());
        refused.Message.ShouldContain($"{functions.FullName}.{method}");
        refused.Message.ShouldContain(why);
    }

    [Fact]
    public void Functions_that_are_as_they_should_be_are_taken()
    {
        using var host = Build([typeof(Good)]);
        host.Services.GetRequiredService<FunctionCatalog>().All.Select(entry => entry.Name).ShouldBe(["GetThing", "PutThing", "Tick", "ZzRest"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("ServerlessDrives:Connection:ExpiresAfter", "a while")]
    [InlineData("ServerlessDrives:Connection:ExpiresAfter", "-1")]
    [InlineData("ServerlessDrives:Connection:ExpiresAfter", "91.00:00:00")]
    [InlineData("ServerlessDrives:Connection:RecoverAfter", "00:00:00")]
    [InlineData("ServerlessDrives:Health:Every", "often")]
    [InlineData("ServerlessDrives:Health:Every", "00:00:00")]
    [InlineData("ServerlessDrives:Integrations:PollEvery", "00:00:00")]
    [InlineData("ServerlessDrives:Webhooks:AllowPrivateTargets", "perhaps")]
    [InlineData("Verification:PropagationWait", "00:05:00")]
    [InlineData("Verification:PropagationWait", "soon")]
    [InlineData("Authentication:Authority", "not an address")]
    [InlineData("Authentication:Audience", "")]
    [InlineData("Tables:Endpoint", "tables")]
    [InlineData("Vault:Uri", "vault")]
    [InlineData("Aws:Sandbox", "perhaps")]
    [InlineData("Aws:S3Endpoint", "ftp://s3.example.com")]
    [InlineData("Aws:S3Endpoint", "https://s3.example.com")]
    [InlineData("Aws:StsEndpoint", "sts")]
    [InlineData("Aws:Principals:aws:Arn", "serverless-drives")]
    [InlineData("Aws:Principals:aws:AccessKeyId", null)]
    [InlineData("Aws:Principals:moon:Arn", "arn:aws:iam::111122223333:role/serverless-drives")]
    [InlineData("Aws:SessionDuration", "02:00:00")]
    [InlineData("Aws:CallTimeout", "00:00:00")]
    [InlineData("Aws:MaxClients", "0")]
    public async Task A_bad_value_stops_the_start_and_its_key_is_named(string key, string? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        var failure = await Should.ThrowAsync<Exception>(async () =>
        {
            using var host = Build(types: null, new() { [key] = value });
            await host.StartAsync();
        });
        var sentence = StartRefusal.SentenceOf(failure);
        sentence.ShouldNotBeNull($"{failure}");
        sentence.ShouldContain(key[..key.LastIndexOf(':')]);
        if (!key.Contains("Principals", StringComparison.Ordinal))
            sentence.ShouldContain(key);
    }

    /// <param name="types">Null for those of the app.</param>
    private IHost Build(IReadOnlyList<Type>? types, Dictionary<string, string?>? settings = null)
    {
        var builder = FunctionsApplication.CreateBuilder(["--port", "0", "--data", _folder]);
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Services.AddSingleton(FunctionCatalog.Of(types ?? typeof(ServerlessDrivesApplication).Assembly.GetTypes()));
        if (types is null)
            builder.AddServerlessDrives();
        return builder.Build();
    }

    private sealed class TwoOfOneName
    {
        [Function("Twin")]
        public static IResult First([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "first")] HttpRequest request) => Results.NoContent();

        [Function("twin")]
        public static IResult Second([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "second")] HttpRequest request) => Results.NoContent();
    }

    private sealed class UnknownBinding
    {
        [Function("Unknown")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "unknown")] HttpRequest request, Uri[] where) => Results.NoContent();
    }

    private sealed class ClientOfAnotherType
    {
        [Function("Client")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "client")] HttpRequest request, [DurableClient] HttpClient client) => Results.NoContent();
    }

    private sealed class TwoTriggers
    {
        [Function("Both")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "both")] HttpRequest request, [TimerTrigger("0 * * * *")] TimerInfo timer) => Results.NoContent();
    }

    private sealed class NoTrigger
    {
        [Function("None")]
        public static Task Run(CancellationToken cancellation) => Task.CompletedTask;
    }

    private sealed class NotPublic
    {
        [Function("Hidden")]
        internal static Task Run([TimerTrigger("0 * * * *")] TimerInfo timer) => Task.CompletedTask;
    }

    private sealed class BadSchedule
    {
        [Function("Sometimes")]
        public static Task Run([TimerTrigger("every now and then")] TimerInfo timer) => Task.CompletedTask;
    }

    private sealed class NoSuchSchedule
    {
        [Function("Whenever")]
        public static Task Run([TimerTrigger("%Nowhere__Schedule%")] TimerInfo timer) => Task.CompletedTask;
    }

    private sealed class SameRoute
    {
        [Function("ById")]
        public static IResult ById([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "things/{id}")] HttpRequest request, string id) => Results.NoContent();

        [Function("Special")]
        public static IResult Special([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "things/special")] HttpRequest request) => Results.NoContent();
    }

    private sealed class RestOverlaps
    {
        [Function("All")]
        public static IResult All([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "files")] HttpRequest request) => Results.NoContent();

        [Function("One")]
        public static IResult One([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "files/{*path}")] HttpRequest request, string path) => Results.NoContent();
    }

    private sealed class CatchAllFirst
    {
        [Function("AAll")]
        public static IResult Everything([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{*path}")] HttpRequest request, string path) => Results.NoContent();

        [Function("Hello")]
        public static IResult Hello([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "hello")] HttpRequest request) => Results.NoContent();
    }

    private sealed class PlainAnswer
    {
        [Function("Plain")]
        public static Task<string> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "plain")] HttpRequest request) => Task.FromResult("");
    }

    private sealed class NoAnswer
    {
        [Function("Silent")]
        public static Task Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "silent")] HttpRequest request) => Task.CompletedTask;
    }

    private sealed class Good
    {
        [Function("GetThing")]
        public static IResult Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "things/{id}")] HttpRequest request, string id, [DurableClient] DurableTaskClient client) => Results.NoContent();

        [Function("PutThing")]
        public static IResult Put([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "things/{id}")] HttpRequest request, string id, CancellationToken cancellation) => Results.NoContent();

        [Function("Tick")]
        public static Task Tick([TimerTrigger("*/5 * * * * *")] TimerInfo timer, FunctionContext context) => Task.CompletedTask;

        [Function("ZzRest")]
        public static IResult Rest([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{*path}")] HttpRequest request, string? path) => Results.NoContent();
    }
}
