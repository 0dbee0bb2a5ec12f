using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Listing;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Reading;

/// <summary>How far a long list is read ahead: as far as somebody wants, each call only when the one before is answered.</summary>
public sealed class ListCalls
{
    private readonly List<string> _begun = [];
    private readonly Dictionary<string, (ListCall Call, TaskCompletionSource<Result<ListBatch, Fault>> Answer)> _calls = [];

    [Fact]
    public void Nothing_is_asked_for_that_nobody_wants()
    {
        var first = new ListCall(default!, Begin);
        first.Answered("2");
        _begun.ShouldBeEmpty();
        first.Following.ShouldBeNull();
    }

    [Fact]
    public void So_many_calls_are_made_as_are_wanted_each_when_the_one_before_is_answered()
    {
        var first = new ListCall(default!, Begin);
        first.Want(2);
        _begun.ShouldBeEmpty();
        first.Answered("2");
        _begun.ShouldBe(["2"]);
        Answer("2", "3");
        _begun.ShouldBe(["2", "3"]);
        Answer("3", "4");
        _begun.ShouldBe(["2", "3"]);
        // Whoever takes the second page on wants two behind that, of which one is there.
        _calls["2"].Call.Want(2);
        _begun.ShouldBe(["2", "3", "4"]);
        _calls["2"].Call.Want(2);
        Answer("4", null);
        _calls["4"].Call.Want(2);
        _begun.ShouldBe(["2", "3", "4"]);
        _calls["4"].Call.Following.ShouldBeNull();
        first.Following.ShouldBe(_calls["2"].Call);
    }

    [Fact]
    public void More_can_be_wanted_of_a_call_that_is_on_its_way()
    {
        var first = new ListCall(default!, Begin);
        first.Answered("2");
        first.Want(1);
        first.Want(2);
        Answer("2", "3");
        _begun.ShouldBe(["2", "3"]);
    }

    private ListCall Begin(string token, int wanted)
    {
        _begun.Add(token);
        var answer = new TaskCompletionSource<Result<ListBatch, Fault>>();
        var call = new ListCall(default!, Begin);
        _calls[token] = (call, answer);
        return call.Run(_ => answer.Task, wanted);
    }

    private void Answer(string token, string? next) => _calls[token].Call.Answered(next);
}
