using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Http.Middleware;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Edge;

/// <summary>What callers and operators hear when a function fails.</summary>
public sealed class Failures
{
    [Theory]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.DeadlineExceeded)]
    [InlineData(StatusCode.Unknown)]
    public async Task The_durable_clients_failures_are_answered_503_with_the_time_to_come_again(StatusCode code)
    {
        var (http, log) = await FailAsync(new RpcException(new Status(code, "away")));
        http.Response.StatusCode.ShouldBe(503);
        http.Response.Headers.RetryAfter.ToString().ShouldNotBeEmpty();
        log.Levels.ShouldBe([LogLevel.Warning]);
    }

    [Fact]
    public async Task What_is_wrapped_is_answered_by_its_cause()
    {
        var (http, _) = await FailAsync(new InvalidOperationException("outer", new AggregateException(new TimeoutException())));
        http.Response.StatusCode.ShouldBe(503);
    }

    [Fact]
    public async Task Our_own_failures_are_answered_500_and_logged_as_errors()
    {
        var (http, log) = await FailAsync(new InvalidOperationException("ours"));
        http.Response.StatusCode.ShouldBe(500);
        log.Levels.ShouldBe([LogLevel.Error]);
    }

    [Fact]
    public async Task A_caller_who_hangs_up_is_no_error_whatever_that_makes_of_it()
    {
        foreach (
            var failure in new Exception[]
            {
                new IOException("reset"),
                new OperationCanceledException(),
                new InvalidOperationException("of it"),
            })
        {
            var (_, log) = await FailAsync(failure, hasLeft: true);
            log.Levels.ShouldBe([LogLevel.Debug]);
        }
    }

    private static async Task<(HttpContext Http, Log Log)> FailAsync(Exception failure, bool hasLeft = false)
    {
        var (http, log) = (new DefaultHttpContext { RequestAborted = new(hasLeft) }, new Log());
        http.Response.Body = new MemoryStream();
        await new ExceptionHandlingMiddleware([], log).Invoke(new Call(http), _ => throw failure);
        return (http, log);
    }

    private sealed class Log : ILogger<ExceptionHandlingMiddleware>
    {
        public List<LogLevel> Levels { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Levels.Add(logLevel);
    }

    private sealed class Call(HttpContext http) : FunctionContext
    {
        public override string InvocationId => "";
        public override string FunctionId => "";
        public override TraceContext TraceContext => throw new NotSupportedException();
        public override BindingContext BindingContext => throw new NotSupportedException();
        public override RetryContext RetryContext => throw new NotSupportedException();
        public override IServiceProvider InstanceServices { get; set; } = null!;
        public override FunctionDefinition FunctionDefinition { get; } = new Definition();
        public override IInvocationFeatures Features => throw new NotSupportedException();
        public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object> { ["HttpRequestContext"] = http };
    }

    private sealed class Definition : FunctionDefinition
    {
        public override string PathToAssembly => "";
        public override string EntryPoint => "";
        public override string Id => "";
        public override string Name => "Failing";
        public override System.Collections.Immutable.ImmutableDictionary<string, BindingMetadata> InputBindings =>
            throw new NotSupportedException();
        public override System.Collections.Immutable.ImmutableDictionary<string, BindingMetadata> OutputBindings =>
            throw new NotSupportedException();
        public override System.Collections.Immutable.ImmutableArray<FunctionParameter> Parameters => throw new NotSupportedException();
    }
}
