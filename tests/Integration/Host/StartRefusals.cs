using Microsoft.Extensions.Configuration;
using ServerlessDrives.Embedded;
using ServerlessDrives.Embedded.Http;
using ServerlessDrives.Embedded.Timers;
using ServerlessDrives.Embedded.Worker;
using ServerlessDrives.Embedded.Worker.Protocol;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Host;

/// <summary>What stops the start, and the sentence that says why. In this process.</summary>
public sealed class StartRefusals
{
    private const string Timer = """{"name":"timer","type":"timerTrigger","direction":"In","schedule":"0 * * * *"}""";

    [Fact]
    public void Two_functions_of_one_name_stop_the_start() =>
        Refusal(Http("Twin", "first", "get"), Http("twin", "second", "get")).ShouldBe(
            "Functions.Twin and Functions.twin are both named 'twin'. Function names must be unique, whatever their case.");

    [Theory]
    [InlineData("""{"name":"blob","type":"blob","direction":"In"}""", "this host has no binding of the type 'blob'")]
    [InlineData("""{"name":"timer","type":"timerTrigger","direction":"In","schedule":"0 * * * *"}""", "has two triggers")]
    public void A_binding_that_the_host_does_not_have_stops_the_start_and_the_function_is_named(string binding, string why) =>
        Refusal(Function("Odd", Timer, binding))
            .ShouldBe($"Functions.Odd{(why[0] is 't' ? ": " : " ")}{why}{(why[0] is 'h' ? "; a function has exactly one" : "")}.");

    [Fact]
    public void A_function_without_a_trigger_stops_the_start() =>
        Refusal(Function("None", """{"name":"client","type":"durableClient","direction":"In"}"""))
            .ShouldBe("Functions.None has no trigger; a function has exactly one.");

    [Fact]
    public void A_trigger_that_the_host_does_not_have_stops_the_start() =>
        Refusal(Function("Queue", """{"name":"message","type":"queueTrigger","direction":"In"}"""))
            .ShouldBe("Functions.Queue: this host has no trigger of the type 'queueTrigger'.");

    [Theory]
    [InlineData("every now and then", "'every now and then' is not a schedule")]
    [InlineData("%Nowhere__Schedule%", "its schedule is the setting Nowhere:Schedule")]
    public void A_schedule_that_can_not_be_read_stops_the_start(string schedule, string why)
    {
        var timer = LoadedFunction.Read([Function("Sometimes", Timer.Replace("0 * * * *", schedule, StringComparison.Ordinal))]).Single();
        Should
            .Throw<StartRefusedException>(() => TimerSchedule.Parse(timer, new ConfigurationBuilder().Build()))
            .Message.ShouldStartWith($"Functions.Sometimes: {why}");
    }

    [Theory]
    [InlineData("things/{id}", "get", "things/special", "get,post", "can match the same path")]
    [InlineData("files", "get", "files/{*path}", "get", "can match the same path")]
    [InlineData("things/{id}", "get", "things/{id}", "put", null)]
    [InlineData("things/{id}", "get", "things/{id}/parts", "get", null)]
    public void Routes_that_the_official_host_would_confuse_stop_the_start(
        string one,
        string oneMethods,
        string other,
        string otherMethods,
        string? why)
    {
        var refusal = Refusal(Http("One", one, oneMethods), Http("Other", other, otherMethods));
        if (why is null)
            refusal.ShouldBeNull();
        else
            refusal
                .ShouldNotBeNull()
                .ShouldBe(
                    $"Functions.One (/{one}) and Functions.Other (/{other}) {why} with the same method. The official host would pick " +
                    "one by its name."
                );
    }

    [Theory]
    [InlineData("AAll", "its function name must sort last")]
    [InlineData("ZzAll", null)]
    public void A_route_that_catches_everything_must_come_last_by_its_name(string name, string? why)
    {
        var refusal = Refusal(Http(name, "{*path}", "get"), Http("Hello", "hello", "get"));
        if (why is null)
            refusal.ShouldBeNull();
        else
            refusal.ShouldNotBeNull().ShouldContain($"Functions.{name} catches every path, so {why}");
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
    [InlineData("Durable:Provider", "Postgres")]
    [InlineData("ServerlessDrives:LongPolls:MostOfAPerson", "0")]
    [InlineData("ServerlessDrives:LongPolls:MostOfAnInstance", "many")]
    [InlineData("ServerlessDrives:Files:LargestRequest", "0")]
    [InlineData("AzureFunctionsJobHost:extensions:http:maxConcurrentRequests", "many")]
    public async Task A_bad_value_stops_the_start_and_its_key_is_named(string key, string? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        var failure = await Should.ThrowAsync<Exception>(async () =>
            await (await InProcessApp.StartAsync(new() { [key] = value })).DisposeAsync());
        var sentence = StartRefusal.SentenceOf(failure);
        sentence.ShouldNotBeNull($"{failure}");
        sentence.ShouldContain(key[..key.LastIndexOf(':')]);
        if (!key.Contains("Principals", StringComparison.Ordinal))
            sentence.ShouldContain(key);
    }

    /// <returns>Null where these functions are taken.</returns>
    private static string? Refusal(params RpcFunctionMetadata[] functions)
    {
        try
        {
            RouteOverlaps.Refuse([
                .. LoadedFunction
                    .Read(functions)
                    .Where(function => function.TriggerType is LoadedFunction.HttpTrigger)
                    .Select(function => HttpRoute.Of(function, "")),
            ]);
            return null;
        }
        catch (StartRefusedException refused)
        {
            return refused.Message;
        }
    }

    private static RpcFunctionMetadata Http(string name, string route, string methods) =>
        Function(
            name,
            $$"""{"name":"request","type":"httpTrigger","direction":"In","route":"{{route}}","methods":"""
                + $$"""["{{string.Join("\",\"", methods.Split(','))}}"]}""",
            """{"name":"$return","type":"http","direction":"Out"}""");

    private static RpcFunctionMetadata Function(string name, params string[] bindings)
    {
        var function = new RpcFunctionMetadata { FunctionId = name, Name = name, EntryPoint = $"Functions.{name}" };
        function.RawBindings.AddRange(bindings);
        return function;
    }
}
