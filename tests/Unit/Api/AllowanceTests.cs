using ServerlessDrives.Http.Limits;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Api;

/// <summary>How callers without an account are slowed down.</summary>
public sealed class AllowanceTests
{
    [Fact]
    public async Task Who_has_no_whole_token_left_is_refused_also_when_only_looked_at()
    {
        using var allowance = new Allowance(burst: 3, eachSecond: 1, "Wait.");
        allowance.Look("guesser").ShouldBeNull();
        Empty();
        // A part of a token comes back meanwhile, or all of one.
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Empty();

        var refused = allowance.Look("guesser").ShouldNotBeNull();

        refused.Detail.ShouldBe("Wait.");
        refused.RetryAfter.ShouldNotBeNull();
        allowance.Look("somebody else").ShouldBeNull();

        void Empty()
        {
            while (allowance.Take("guesser") is null)
            {
            }
        }
    }
}
