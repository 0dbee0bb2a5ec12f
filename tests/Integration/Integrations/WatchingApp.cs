using Xunit;

namespace ServerlessDrives.Tests.Integration.Integrations;

/// <summary>
/// An app that looks at its folders every second. Its scenarios mostly wait, so they are a collection of their own, which others run
/// beside.
/// </summary>
[CollectionDefinition(Name)]
public sealed class WatchingApp() : SharedApp(new()
{
    ["ServerlessDrives__Webhooks__AllowPrivateTargets"] = "true",
    ["ServerlessDrives__Integrations__PollEvery"] = "00:00:01",
    // Both at once: what S3 notifies of and what looks find is told of once all the same.
    ["ServerlessDrives__Integrations__PollWithNotificationsEvery"] = "00:00:03",
    ["Verification__PropagationWait"] = "00:00:03",
}), ICollectionFixture<WatchingApp>
{
    public const string Name = "Watching app";
}
