using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Reading;

/// <summary>What was read a moment ago is used again, and never longer than it may be.</summary>
public sealed class RecentTests
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(2);
    private readonly FakeTimeProvider _clock = new();
    private int _reads;

    [Fact]
    public async Task A_value_is_read_once_until_it_is_too_old()
    {
        var recent = Make(most: 10);
        (await GetAsync(recent, "a", "first")).ShouldBe("first");
        _clock.Advance(Age - TimeSpan.FromTicks(1));
        (await GetAsync(recent, "a", "second")).ShouldBe("first");
        _clock.Advance(TimeSpan.FromTicks(1));
        (await GetAsync(recent, "a", "third")).ShouldBe("third");
        _reads.ShouldBe(2);
    }

    [Fact]
    public async Task Age_counts_from_when_the_read_began()
    {
        var recent = Make(most: 10);
        var slow = new TaskCompletionSource<string?>();
        var reading = recent.GetAsync("a", _ => slow.Task, default);
        _clock.Advance(Age);
        slow.SetResult("old");
        (await reading).ShouldBe("old");
        (await GetAsync(recent, "a", "new")).ShouldBe("new");
    }

    [Fact]
    public async Task Many_who_ask_at_once_share_one_read_and_one_who_goes_away_takes_nobody_with_him()
    {
        var recent = Make(most: 10);
        var slow = new TaskCompletionSource<string?>();
        using var impatient = new CancellationTokenSource();
        var first = recent.GetAsync("a", _ => slow.Task, impatient.Token).AsTask();
        var others = Enumerable.Range(0, 5).Select(_ => GetAsync(recent, "a", "again").AsTask()).ToList();
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        slow.SetResult("one");
        (await Task.WhenAll(others)).ShouldAllBe(value => value == "one");
        _reads.ShouldBe(0);
    }

    [Fact]
    public async Task What_is_forgotten_is_read_anew_even_while_a_read_is_under_way()
    {
        var recent = Make(most: 10);
        var slow = new TaskCompletionSource<string?>();
        var before = recent.GetAsync("a", _ => slow.Task, default);
        recent.Forget("a");
        (await GetAsync(recent, "a", "after")).ShouldBe("after");
        slow.SetResult("before");
        (await before).ShouldBe("before");
        (await GetAsync(recent, "a", "never")).ShouldBe("after");
    }

    [Fact]
    public async Task Nothing_and_failures_are_not_kept()
    {
        var recent = Make(most: 10);
        (await GetAsync(recent, "a", null)).ShouldBeNull();
        await Should.ThrowAsync<InvalidDataException>(() =>
            recent.GetAsync("a", _ => Task.FromException<string?>(new InvalidDataException()), default).AsTask());
        await Should.ThrowAsync<InvalidDataException>(() => recent.GetAsync("a", _ => throw new InvalidDataException(), default).AsTask());
        (await GetAsync(recent, "a", "there")).ShouldBe("there");
    }

    [Fact]
    public async Task However_many_are_asked_for_no_more_are_kept_than_may_be()
    {
        var recent = Make(most: 100);
        for (var i = 0; i < 1000; i++)
            await GetAsync(recent, $"{i}", "value");
        recent.Count.ShouldBeInRange(1, 100);
        _clock.Advance(Age);
        for (var i = 0; i < 101; i++)
            (await GetAsync(recent, $"new {i}", $"{i}")).ShouldBe($"{i}");
        recent.Count.ShouldBeInRange(1, 100);
    }

    private Recent<string, string> Make(int most) => new(_clock, Age, most);

    private ValueTask<string?> GetAsync(Recent<string, string> recent, string key, string? value) => recent.GetAsync(
        key,
        _ =>
        {
            _reads++;
            return Task.FromResult(value);
        },
        default);
}
