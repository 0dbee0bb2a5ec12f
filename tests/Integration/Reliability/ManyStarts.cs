using System.Diagnostics;
using System.Net;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Reliability;

/// <summary>More starts at once than a process carries out at once.</summary>
[Collection(RunningApp.Name)]
public sealed class ManyStarts(RunningApp running)
{
    private const int AtOnce = 500;

    [Fact]
    public async Task Of_500_starts_at_once_each_is_answered_or_told_when_to_come_again_and_none_is_lost()
    {
        using var ada = await running.App.SignInAsync("ada");
        var starts = Enumerable.Range(0, AtOnce).Select(_ => ThingsToCreate.Of("connection", running.App.Administrator(), "", "")).ToList();
        var (began, later) = (Stopwatch.GetTimestamp(), 0);
        await Task.WhenAll(
            starts.Select(async start =>
            {
                for (var tries = 0; ; tries++)
                {
                    tries.ShouldBeLessThan(20);
                    using var request = new HttpRequestMessage(HttpMethod.Post, start.Path)
                    {
                        Content = System.Net.Http.Json.JsonContent.Create(start.Body),
                        Headers = { { "Idempotency-Key", start.Key } },
                    };
                    using var answer = await ada.SendAsync(request, TestContext.Current.CancellationToken);
                    if (answer.StatusCode == HttpStatusCode.Accepted)
                        return;
                    answer.StatusCode.ShouldBeOneOf(HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable);
                    Interlocked.Increment(ref later);
                    await Task.Delay(answer.Headers.RetryAfter.ShouldNotBeNull().Delta!.Value, TestContext.Current.CancellationToken);
                }
            })
        );
        TestContext.Current.SendDiagnosticMessage(
            $"{AtOnce} starts took {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s; {later} " + "were told to come again"
        );
        (await ThingsToCreate.ThereAsync(ada)).ShouldBeThereOnce(starts);
    }
}
