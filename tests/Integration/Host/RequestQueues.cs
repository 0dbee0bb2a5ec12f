using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using ServerlessDrives.Embedded;
using ServerlessDrives.Embedded.Http;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Host;

/// <summary>host.json's limits on requests, which the local host keeps as the official one does.</summary>
public sealed class RequestQueues
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_beyond_those_at_once_wait_for_their_turn_and_those_beyond_the_outstanding_are_answered_429()
    {
        using var queue = new RequestQueue(Host(("maxConcurrentRequests", "2"), ("maxOutstandingRequests", "3")));
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var under = 0;
        async Task PollAsync(HttpContext http)
        {
            Interlocked.Increment(ref under);
            await end.Task;
        }

        var polls = new[] { queue.RunAsync(new DefaultHttpContext(), PollAsync), queue.RunAsync(new DefaultHttpContext(), PollAsync) };
        under.ShouldBe(2);
        var (third, fourth) = (new DefaultHttpContext(), new DefaultHttpContext());
        var waiting = queue.RunAsync(third, Answered);
        await queue.RunAsync(fourth, Answered);
        fourth.Response.StatusCode.ShouldBe(StatusCodes.Status429TooManyRequests);
        waiting.IsCompleted.ShouldBeFalse();

        end.SetResult();
        await Task.WhenAll(polls).WaitAsync(Cancellation);
        await waiting.WaitAsync(Cancellation);
        third.Response.StatusCode.ShouldBe(StatusCodes.Status204NoContent);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData(null)]
    public async Task Without_limits_any_number_of_polls_keeps_nothing_else_from_being_answered(string? unlimited)
    {
        using var queue = new RequestQueue(Host(("maxConcurrentRequests", unlimited), ("maxOutstandingRequests", unlimited)));
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var polls = Enumerable.Range(0, 2_000).Select(_ => queue.RunAsync(new DefaultHttpContext(), _ => end.Task)).ToList();
        var other = new DefaultHttpContext();
        await queue.RunAsync(other, Answered);
        other.Response.StatusCode.ShouldBe(StatusCodes.Status204NoContent);
        polls.ShouldAllBe(poll => !poll.IsCompleted);
        end.SetResult();
        await Task.WhenAll(polls).WaitAsync(Cancellation);
    }

    [Fact]
    public void The_products_own_host_json_sets_no_limit_that_long_polls_could_use_up()
    {
        var shipped = Host();
        shipped.RoutePrefix.ShouldBe("");
        shipped.MaxConcurrentRequests.ShouldBeNull();
        shipped.MaxOutstandingRequests.ShouldBeNull();
    }

    [Fact]
    public void A_limit_that_is_no_number_stops_the_start() =>
        Should.Throw<StartRefusedException>(() => Host(("maxConcurrentRequests", "many"))).Message.ShouldContain("maxConcurrentRequests");

    private static HostJson Host(params (string Name, string? Value)[] settings) =>
        new(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    settings.Select(setting => KeyValuePair.Create($"AzureFunctionsJobHost:extensions:http:{setting.Name}", setting.Value)))
                .Build());

    private static Task Answered(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
