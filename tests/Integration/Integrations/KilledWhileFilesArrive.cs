using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Integrations;

public sealed class KilledWhileFilesArrive
{
    [Fact]
    public async Task Every_file_is_told_of_and_none_twice_to_a_receiver_that_tells_repetitions_by_webhook_id()
    {
        var story = await ArrivalsThroughKills.RunAsync(files: 120, kills: 1);

        var told = story.Received.DistinctBy(received => received.Id).Select(received => received.Json["data"]!.Text("path")).ToList();
        told.Order(StringComparer.Ordinal).ShouldBe(story.Paths.Select(path => $"in/{path}"));
        story
            .Received.Select(received => (received.Id, Path: received.Json["data"]!.Text("path")))
            .Distinct()
            .Count()
            .ShouldBe(story.Paths.Count, "a repetition is the same event");
        story.Deliveries.ShouldBe(story.Paths.Count);
    }
}
