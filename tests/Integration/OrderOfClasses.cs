using ServerlessDrives.Tests.Integration;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(OrderOfClasses))]

namespace ServerlessDrives.Tests.Integration;

/// <summary>
/// Keeps all processors busy. What takes long begins first: the classes that share one app, which run one after the other, and those in
/// Storage, most of which stop an app while it saves. The classes on Azurite spend nearly all their time waiting for polls, so they are
/// spread among the rest.
/// </summary>
public sealed class OrderOfClasses : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
    {
        var shared = testCollections.Where(collection => SharesAnApp(collection)).ToList();
        var saving = testCollections.Where(collection => IsIn(collection, "Storage")).ToList();
        var waiting = testCollections.Where(collection => IsIn(collection, "Durable.OnAzureStorage")).ToList();
        var others = testCollections.Except([.. shared, .. saving, .. waiting]).ToList();
        var spread = Places(others).Concat(Places(waiting)).OrderBy(placed => placed.At).Select(placed => placed.Collection);
        return [.. shared, .. saving, .. spread];

        static IEnumerable<(TTestCollection Collection, double At)> Places(List<TTestCollection> collections) =>
            collections.Select((collection, i) => (collection, (i + 0.5) / collections.Count));
    }

    private static bool SharesAnApp(ITestCollection collection) =>
        collection is IXunitTestCollection { CollectionDefinition: { } app } && app.IsAssignableTo(typeof(SharedApp));

    private static bool IsIn(ITestCollection collection, string room) =>
        collection.TestCollectionDisplayName.Contains($"ServerlessDrives.Tests.Integration.{room}.", StringComparison.Ordinal);
}
