using ServerlessDrives.Tests.Integration;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(OrderOfClasses))]

namespace ServerlessDrives.Tests.Integration;

/// <summary>
/// No processor is idle while others have work. What takes long begins first: the classes that share an app, which run one after the other,
/// and those that stop it while it saves. The contract on Azurite waits for its polls nearly all the time, so it is spread among the rest.
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
        var each = (others.Count / (waiting.Count + 1)) + 1;
        return [.. shared, .. saving, .. others.Chunk(each).SelectMany((some, i) => some.Concat(waiting.Skip(i).Take(1))), .. Rest()];

        // Of the classes that wait, those for which there are no others left.
        IEnumerable<TTestCollection> Rest() => waiting.Skip((others.Count + each - 1) / each);
    }

    private static bool SharesAnApp(ITestCollection collection) =>
        collection is IXunitTestCollection { CollectionDefinition: { } app } && app.IsAssignableTo(typeof(SharedApp));

    private static bool IsIn(ITestCollection collection, string room) =>
        collection.TestCollectionDisplayName.Contains($"ServerlessDrives.Tests.Integration.{room}.", StringComparison.Ordinal);
}
